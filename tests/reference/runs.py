"""Golden cases: three Adam steps of a reference in float64, and in float32 to measure how much of a gradient that leaves."""
import numpy as np
import torch

from reference.checks import check
from reference.data import Init
from reference.graphs import TIE
from reference.losses import total
from reference.model import Given
from reference.output import digits, entries_json, flat, shaped

torch.set_num_threads(1)


class Run(Given):
    """A run of a case, with dense graphs, as the data are tiny.

    role: `exact` decides, draws and records; `check` is the same run once more at other parameters; `same` is float32
    at the exact run's parameters, `single` a float32 run that takes its own steps; `ranking` is what follows training.
    log: by site and step (or step of the second loss), what the exact run has decided, held and drawn.
    """

    def __init__(self, reference, data, init, role, dtype, log):
        super().__init__(data.r, dtype)
        self.reference, self.init, self.seed = reference, init, init.seed
        self.role, self.log, self.draws, self.observed = role, log, {}, {}
        self.part, self.matrices = "", reference.graphs
        self.graphs = {name: self.sparse(matrix) for name, matrix in reference.graphs.items()}
        self.tables = {key: torch.tensor(x, dtype=dtype) for key, x in data.features.items()}
        self.inputs = {name: torch.tensor(x, dtype=dtype) for name, x in reference.inputs.items()}

    def at(self, step, epoch, first, part=""):
        """`part`: which step of the second loss, or none."""
        self.step, self.epoch, self.first, self.part, self.draws, self.observed = step, epoch, first, part, {}, {}

    def sparse(self, matrix):
        return torch.tensor(matrix.toarray(), dtype=self.dtype)

    def told(self, kind, site, compute):
        """What the exact run finds, which the other runs of the step take over."""
        if self.role == "ranking":
            return compute()
        key = kind, site, self.step, self.part
        if self.role == "exact":
            assert key not in self.log, key
            self.log[key] = compute()
        return self.log[key]

    def decided(self, site, compute):
        return self.told("decided", site, compute)

    def held(self, site, value):
        value = super().held(site, value)
        return self.told("held", site, lambda: value) if self.role in ("exact", "check") else value

    def draw(self, site, ids, width):
        def fresh():
            return self.reference.drawn(site, len(self.draws), self, ids, width)
        values = self.told("drawn", site, fresh)
        self.draws[site] = values
        return values.to(self.dtype)

    def dropout(self, site, x, rate, axis=0):
        if rate == 0 or self.role == "ranking":
            return x
        rows = x.movedim(axis, 0)
        draws = self.draw(site, torch.arange(len(rows)), rows[0].numel())
        return x * (draws.reshape(rows.shape) >= rate).movedim(0, axis) / (1 - rate)

    def choose(self, site, weights, count):
        p = np.asarray(weights)
        return self.decided(site, lambda: torch.from_numpy(
            self.init.random.choice(len(p), count, replace=False, p=p / p.sum())))

    def apart(self, values, bound=0.0):
        if self.checks and values.numel() > 0:
            gap = (values.detach() - bound).abs().min()
            assert gap > TIE, gap
        return values

    @property
    def checks(self):
        return self.role in ("exact", "ranking")

    def observe(self, key, numbers):
        if self.role == "exact":
            self.observed[key] = list(numbers)

    def show_graph(self, name, matrix):
        if self.role == "exact":
            self.reference.graphs[name] = matrix


def adam(parameters, lr, decay=0.0):
    """Adam; with decay, a parameter first shrinks by lr * decay of itself."""
    return torch.optim.AdamW(parameters, lr=lr, betas=(.9, .999), eps=1e-8, weight_decay=decay)


def worst(grads, reference):
    """Per tensor, the largest difference in units of its largest gradient, or of a millionth of the step's largest."""
    largest = {name: grad.abs().max().item() for name, grad in reference.items()}
    floor = 1e-6 * max(largest.values())
    return {name: digits((grads[name].double() - grad).abs().max().item() / max(largest[name], floor))
            for name, grad in reference.items()}


def gradients(run, values, batch, second=False):
    """Loss terms and gradients at the given values, in the run's precision. The epoch starts where the step is its first."""
    moved = run.reference.second if second else ""
    run.parameters = {name: value.detach().to(run.dtype).requires_grad_(name.startswith(moved)) for name, value in values.items()}
    if run.first and not second and run.role != "check":
        run.reference.start_epoch(run)
    terms = (run.reference.second_terms if second else run.reference.terms)(run, batch)
    loss, leaves = total(terms), {name: leaf for name, leaf in run.parameters.items() if leaf.requires_grad}
    grads = torch.autograd.grad(loss, list(leaves.values()), allow_unused=True, retain_graph=True)
    return terms, loss, {name: torch.zeros_like(leaf) if grad is None else grad
                         for (name, leaf), grad in zip(leaves.items(), grads)}


class Trained:
    """A run's parameters with their Adam state, and that of the second loss."""

    def __init__(self, run, init):
        self.run, self.values = run, {name: value.to(run.dtype).clone() for name, value in init.values.items()}
        self.restart()

    def restart(self):
        """Adam starts anew."""
        reference, first, second = self.run.reference, [], []
        for name, value in self.values.items():
            (second if name.startswith(reference.second) else first).append(value)
        self.adam = [adam(values, 1.0, reference.decoupled_decay()) if values else None for values in (first, second)]

    def step(self, grads, lr, second=False):
        for name, grad in grads.items():
            self.values[name].grad = grad
        for group in self.adam[second].param_groups:
            group["lr"] = lr
        self.adam[second].step()


def batches_of(data):
    """The data set's batches as index tensors, with the place of each pair among the training pairs, or -1."""
    places = {pair: place for place, pair in enumerate(data.train)}
    return [{"users": torch.tensor(u), "positives": torch.tensor(i), "negatives": torch.tensor(j),
             "pairs": torch.tensor([places.get(pair, -1) for pair in zip(u, i)])} for u, i, j in data.batches]


class Runs:
    """The runs of a case, side by side.

    float32GradError: float32 gradient at the float64 run's parameters (rounded to float32).
    float32RunGradError: gradient of a float32 run that takes its own Adam steps.
    """

    def __init__(self, reference, data, init):
        log, self.reference = {}, reference
        self.exact, self.same, self.single = (Run(reference, data, init, role, dtype, log) for role, dtype in (
            ("exact", torch.float64), ("same", torch.float32), ("single", torch.float32)))
        self.double, self.own = Trained(self.exact, init), Trained(self.single, init)

    def at(self, *place):
        for run in (self.exact, self.same, self.single):
            run.at(*place)

    def restart(self):
        for trained in (self.double, self.own):
            trained.restart()

    def take(self, batch, lr, second=False, expect=None):
        """One step of each run, checked; what it records. `expect`: observed numbers."""
        terms, loss, grads = gradients(self.exact, self.double.values, batch, second)
        draws, observed = self.exact.draws, self.exact.observed
        for key, number in (expect or {}).items():
            assert observed[key] == [number], (self.exact.step, key, observed[key])
        before = {name: value.clone() for name, value in self.double.values.items()}
        check(self.exact, before, batch, terms, grads, second)
        self.double.step(grads, lr, second)
        in_single = gradients(self.same, before, batch, second)[2]
        on_its_own = gradients(self.single, self.own.values, batch, second)[2]
        self.own.step(on_its_own, lr, second)
        return {
            "terms": {term: {"unweighted": digits(value.item()), "weighted": digits(weight * value.item())}
                      for term, (value, weight) in terms.items()},
            "total": digits(loss.item()),
            "grad": {key: flat(grad) for key, grad in grads.items()},
            "after": {key: flat(value) for key, value in self.double.values.items() if not second or key in grads},
            "float32GradError": worst(in_single, grads), "float32RunGradError": worst(on_its_own, grads),
            **({"draws": {site: shaped(values) for site, values in draws.items()}} if draws else {}),
            **({"observed": {key: digits(numbers) for key, numbers in observed.items()}} if observed else {}),
        }

    def before_epoch(self, batches, number, epoch, lr):
        """The second loss's steps before an epoch."""
        steps = []
        for place, batch in enumerate(batches):
            self.at(number, epoch, place == 0, f"before/{place}")
            steps.append({**{name: rows.tolist() for name, rows in batch.items()}, **self.take(batch, lr, True)})
        return {"epoch": epoch, "lr": digits(lr), "steps": steps}


def case(kind, spec, data):
    """The reference of one entry of cases.json, and its golden record: three Adam steps and the scores after them."""
    reference = kind({**kind.defaults, **spec.get("config", {})}, spec.get("modalities", kind.modalities))
    init = Init(spec["seed"])
    reference.build(data, init)
    start = {name: value.clone() for name, value in init.values.items()}
    runs, steps, phases = Runs(reference, data, init), [], []
    exact, epochs = runs.exact, spec.get("epochs", (0, 0, 0))
    for number, (batch, epoch) in enumerate(zip(batches_of(data), epochs)):
        place, lr = epochs[:number].count(epoch), reference.rate(epoch)
        if place == 0 and reference.forgets:
            runs.restart()
        runs.at(number, epoch, place == 0)
        if place == 0:
            batches = reference.second_batches(exact) if reference.second else []
            if batches:
                phases.append(runs.before_epoch(batches, number, epoch, lr))
                runs.at(number, epoch, True)
        expect = {key: numbers[number] for key, numbers in spec.get("expect", {}).items()}
        steps.append({
            "epoch": epoch, "stepInEpoch": place,
            **{name: batch[name].tolist() for name in ("users", "positives", "negatives")}, "lr": digits(lr),
            **runs.take(batch, lr, expect=expect)})
        if batches is None:
            runs.at(number, epoch, place == 0, "after")
            steps[-1]["second"] = runs.take(batch, lr, True)
    exact.role, exact.parameters = "ranking", runs.double.values
    with torch.no_grad():
        reference.start_ranking(exact)
        scores = reference.scores(exact, reference.final(exact), torch.arange(data.users))
        more = reference.record(exact, data)
    return reference, {
        "name": spec["name"], "model": reference.id, "modalities": reference.modalities, "config": reference.config,
        **({"inputs": {key: shaped(value) for key, value in reference.inputs.items()}} if reference.inputs else {}),
        "graphs": {key: entries_json(graph) for key, graph in reference.graphs.items()},
        "init": {key: shaped(value) for key, value in start.items()},
        "steps": steps, **({"phases": phases} if phases else {}), "scores": flat(scores),
        **({"facts": reference.facts} if reference.facts else {}), **more,
    }
