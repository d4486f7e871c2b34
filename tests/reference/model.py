"""What a model's reference is, what it is handed while it computes, and how it is found."""
import importlib.util
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F

MODELS = pathlib.Path(__file__).resolve().parents[2] / "workers" / "models"

# What every golden case trains with, unless it says otherwise.
BASE = {"embeddingSize": 8, "batchSize": 32, "learningRate": 1e-3, "lrDecay": 1.0, "lrDecayEpochs": 50}


class Reference:
    """A model for one configuration and list of modalities. README.md says what each method is for.

    A batch is {"users", "positives", "negatives", "pairs"}: index tensors; pairs are places among the training pairs, or -1.
    """

    id = ""
    # Of the golden cases, unless they say otherwise: configuration, modalities and data set; datasets of the model's own.
    defaults = BASE
    modalities = ("image", "text")
    dataset = "base"
    datasets = {}
    # Users that the peer ranks when ranking is timed, where all would take too long.
    most_ranked = None
    # Beginnings of the names of parameters that a second loss moves, and the first one never.
    second = ()
    # Whether Adam's moments and count of steps return to 0 at the start of each epoch.
    forgets = False

    def __init__(self, config, modalities):
        self.config, self.modalities = config, list(modalities)
        self.graphs, self.inputs, self.facts = {}, {}, {}

    # ---------------------------------------------------------------- before training, for golden numbers alone

    def build(self, data, init):
        """Makes graphs and inputs from the data, and asks `init` for the initial values."""
        raise NotImplementedError

    # ---------------------------------------------------------------- training and ranking

    def start_epoch(self, given):
        """What is made anew at the start of an epoch."""

    def rate(self, epoch):
        """The learning rate of an epoch."""
        c = self.config
        return c["learningRate"] * c["lrDecay"] ** (epoch / c["lrDecayEpochs"])

    def decoupled_decay(self):
        """AdamW's decay, by which parameters shrink beside Adam's step."""
        return 0.0

    def terms(self, given, batch):
        """The loss terms of a batch: name to (value, weight)."""
        raise NotImplementedError

    def second_terms(self, given, batch):
        """The loss terms that move the parameters of `second`, by an Adam of their own; everything else is constant there."""
        raise NotImplementedError

    def second_batches(self, given):
        """What the second loss trains on before an epoch starts; None where it follows every step, on the step's batch."""
        return None

    def final(self, given):
        """What ranking reads: rows of users and of items, unless `scores` takes something else."""
        raise NotImplementedError

    def start_ranking(self, given):
        """What ranking needs anew."""

    def scores(self, given, final, users):
        """Scores of all items for the users named, [users, items]."""
        return final[0][users] @ final[1].T

    # ---------------------------------------------------------------- what golden cases check and record besides

    def silent(self, given):
        """Beginnings of the names of parameters that must have no gradient at this step."""
        return ()

    def drawn(self, site, place, given, ids, width):
        """Uniform numbers, a row for each id; `place` is the site's place among those of its step."""
        return uniform((given.seed, 10 * given.step + place), int(ids.max()) + 1, width)[ids]

    def checked(self, given, terms, parts, grads):
        """More checks of a step: terms as from `terms`, parts[term][parameter] unweighted gradients, grads of the total."""

    def record(self, given, data):
        """More to record of a case, after its last step."""
        return {}

    @classmethod
    def verify(cls, references):
        """Checks that the cases, by name, differ in what they are for."""


def uniform(seed, rows, columns):
    """float32 numbers that depend on the seed alone; more rows leave the first ones as they are."""
    return torch.from_numpy(np.random.default_rng(seed).random((rows, columns), dtype=np.float32))


def coarse(given, rows, columns):
    """Multiples of 1/64, exact in float32 and short to write; for `drawn` of a model that draws whole tables."""
    random = given.once("random", lambda: np.random.default_rng(given.seed + 1000))
    return torch.tensor(random.integers(0, 64, (rows, columns)) / 64)


class Given:
    """Tensors of one precision, and what a step asks of whoever runs it.

    parameters, inputs: name to tensor; graphs: name to what can be multiplied (`graph @ x`); matrices: the same in SciPy;
    r: training pairs, users × items, in SciPy; epoch, step: from 0; first: whether the batch is the first of its epoch;
    state: what the model keeps from one step to the next.
    """

    steps_per_epoch = None
    seed = None

    def __init__(self, r, dtype):
        self.r, self.dtype, (self.users, self.items) = r, dtype, r.shape
        self.parameters, self.graphs, self.matrices, self.inputs, self.tables = {}, {}, {}, {}, {}
        self.state, self.constants = {}, {}
        self.epoch, self.step, self.first = 0, 0, True

    def __getitem__(self, name):
        return self.parameters[name]

    def __contains__(self, name):
        return name in self.parameters

    def features(self, key):
        """Raw features of all items; trained ones are a parameter."""
        name = f"features/{key}"
        return self.parameters[name] if name in self.parameters else self.tables[key]

    def ids(self):
        """Embeddings of users stacked on those of items."""
        return torch.cat([self["userEmbedding"], self["itemEmbedding"]])

    def split(self, nodes):
        return nodes[:self.users], nodes[self.users:]

    def linear(self, name, x):
        return x @ self[f"{name}/weight"] + self[f"{name}/bias"]

    def column(self, name):
        """A vector as a matrix of one column."""
        return self[name].reshape(-1, 1)

    def once(self, name, compute):
        """A constant, computed when it is first asked for."""
        if name not in self.constants:
            self.constants[name] = compute()
        return self.constants[name]

    # ---------------------------------------------------------------- golden runs do more in each of these

    def sparse(self, matrix):
        """A SciPy matrix as what can be multiplied."""
        raise NotImplementedError

    def draw(self, site, ids, width):
        """Uniform numbers from 0 to 1, a row for each id."""
        return torch.rand(len(ids), width)

    def dropout(self, site, x, rate, axis=0):
        """Dropout; `axis` is the one of the batch's rows."""
        return F.dropout(x, rate)

    def choose(self, site, weights, count):
        """Places drawn without replacement, with probabilities proportional to the weights."""
        return torch.multinomial(weights, count)

    def held(self, site, value):
        """A value that the loss takes as a constant."""
        return value.detach() if isinstance(value, torch.Tensor) else value

    def decided(self, site, compute):
        """A choice: the same in every precision, so that rounding cannot turn it around."""
        return compute()

    def apart(self, values, bound=0.0):
        """Refuses values so close to a bound that rounding could put them on its other side; returns them."""
        return values

    @property
    def checks(self):
        """Whether what the data should bring about may be asserted."""
        return False

    def observe(self, key, numbers):
        """Records what the model observes at this step."""

    def show_graph(self, name, matrix):
        """Records a graph that is made while training."""


def ids():
    """All models that have a reference."""
    return sorted(path.parent.name for path in MODELS.glob("*/reference.py"))


def load(id):
    """The class Reference of workers/models/<id>/reference.py."""
    name = f"references.{id}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, MODELS / id / "reference.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.Reference.id = id
        sys.modules[name] = module
    return sys.modules[name].Reference
