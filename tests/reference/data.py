"""Tiny data sets for golden numbers, and the initial values of parameters."""
import numpy as np
import scipy.sparse as sp
import torch

from reference.output import flat

USERS, ITEMS, COLD_USER, COLD_ITEM = 24, 30, 9, 17
BATCH, SHORT = 32, 19


def incidence(train):
    """R as a matrix of zeros and ones."""
    r = np.zeros((USERS, ITEMS))
    r[tuple(np.array(train).T)] = 1
    return sp.csr_matrix(r)


def draw_batches(random, train):
    """Two full batches and a short one from one shuffled pass; negatives from the items seen in training."""
    known, shuffled = set(train), random.permutation(train)
    items, batches = sorted({item for _, item in train}), []
    for start, size in ((0, BATCH), (BATCH, BATCH), (2 * BATCH, SHORT)):
        rows = shuffled[start:start + size]
        negatives = [int(random.choice([j for j in items if (u, j) not in known])) for u in rows[:, 0]]
        batches.append((rows[:, 0].tolist(), rows[:, 1].tolist(), negatives))
    return batches


class Dataset:
    """24 users and 30 items with one cold user, one cold item and two modalities."""

    users, items = USERS, ITEMS

    def __init__(self, seed=20240607):
        random = np.random.default_rng(seed)
        users = [u for u in range(USERS) if u != COLD_USER]
        items = np.array([i for i in range(ITEMS) if i != COLD_ITEM])
        popularity = 1 / np.sqrt(1 + random.permutation(len(items)))
        pairs = {(users[n % len(users)], int(i)) for n, i in enumerate(items)}
        for u in users:
            chosen = random.choice(items, random.integers(3, 9), replace=False, p=popularity / popularity.sum())
            pairs |= {(u, int(i)) for i in chosen}
        self.train = sorted(pairs)
        self.r = incidence(self.train)
        self.features = {
            "image": np.float32(np.maximum(0, random.normal(.4, .6, (ITEMS, 12)))),
            "text": np.float32(random.normal(0, .7, (ITEMS, 8))),
        }
        self.batches = draw_batches(random, self.train)

    def json(self):
        return {"users": USERS, "items": ITEMS, "train": [list(pair) for pair in self.train],
                "features": {name: {"columns": x.shape[1], "values": flat(x)} for name, x in self.features.items()}}


TWINS, LONELY_TWINS, LONELY = (5, 29), (1, 9), 6
AUDIENCES = {5: (5, 13), 29: (5, 13), 1: (10,), 9: (10,), 6: (6,)}


class RefinedDataset(Dataset):
    """The same with other training pairs: two items with the same two users, two items with the same
    single user, and one more item with a single user."""

    def __init__(self):
        super().__init__()
        pairs = {(u, i) for u, i in self.train if i not in AUDIENCES}
        self.train = sorted(pairs | {(u, i) for i, users in AUDIENCES.items() for u in users})
        self.r = incidence(self.train)
        self.batches = draw_batches(np.random.default_rng(77), self.train)
        users = [{u for u, i in self.train if i == item} for item in range(ITEMS)]
        assert users[TWINS[0]] == users[TWINS[1]] and len(users[TWINS[0]]) == 2
        assert users[LONELY_TWINS[0]] == users[LONELY_TWINS[1]] and len(users[LONELY]) == 1
        assert {u for u, _ in self.train} == set(range(USERS)) - {COLD_USER}


class AudioDataset(Dataset):
    """The same with a third modality, one column of which is constant."""

    def __init__(self):
        super().__init__()
        audio = np.float32(np.random.default_rng(20240611).normal(.2, .8, (ITEMS, 5)))
        audio[:, 4] = .5
        self.features["audio"] = audio


DATASETS = {"base": Dataset, "refined": RefinedDataset, "audio": AudioDataset}


class Init:
    """Initial values as float64 numbers that float32 can represent, in the order in which they are asked for."""

    def __init__(self, seed):
        self.seed, self.random, self.values = seed, np.random.default_rng(seed), {}

    def given(self, name, values):
        self.values[name] = torch.tensor(np.asarray(values, np.float64))

    def uniform(self, name, shape, bound):
        self.given(name, np.float32(self.random.uniform(-bound, bound, shape)))

    def xavier(self, name, rows, columns):
        self.uniform(name, (rows, columns), (6 / (rows + columns)) ** .5)

    def xavier_normal(self, name, rows, columns):
        self.given(name, np.float32(self.random.normal(0, (2 / (rows + columns)) ** .5, (rows, columns))))

    def linear(self, name, inputs, outputs):
        """PyTorch's default for weight [in, out] and bias."""
        self.uniform(name + "/weight", (inputs, outputs), inputs ** -.5)
        self.uniform(name + "/bias", (outputs,), inputs ** -.5)

    def tables(self, data, columns):
        """Xavier-uniform embeddings of users and of items."""
        self.xavier("userEmbedding", data.users, columns)
        self.xavier("itemEmbedding", data.items, columns)

    def stand_in(self, rows, columns):
        """Stands for the embeddings of a pre-training run."""
        return np.float32(np.random.default_rng(self.seed + 100).normal(0, .3, (rows, columns)))
