"""The training step and the ranking of each model in plain PyTorch, for `npm run bench -- --peer`.

Runs `workers/models/<id>/reference.py` in float32, with sparse graphs. Reads a folder with graphs as they are multiplied,
initial parameters, features and batches, works on the graphics card where it is told to and PyTorch has one, and answers one line of JSON for each line of input: `open`, `steps n`, `start`
(an epoch's graphs and first step), `evaluate`, `work` (a step's operations). Batches are ready tensors: drawing them is in none of these times.
"""
import json
import pathlib
import sys
import time
import warnings

import numpy as np
import scipy.sparse as sp
import torch
from torch.utils._python_dispatch import TorchDispatchMode

sys.path[0] = str(pathlib.Path(__file__).resolve().parents[1])
from reference.losses import total  # noqa: E402
from reference.model import Given, load  # noqa: E402

warnings.filterwarnings("ignore")

# Where tensors lie: the processor, or `cuda`.
DEVICE = torch.device("cpu")


def placed(values):
    return torch.from_numpy(values).to(DEVICE)


def wait():
    """Until the device has done what it was handed."""
    if DEVICE.type == "cuda":
        torch.cuda.synchronize()


def use_card():
    """What a reference makes for itself lies on the card too, also from NumPy's arrays; NumPy gets copies."""
    torch.set_default_device(DEVICE)
    read, written = torch.from_numpy, torch.Tensor.numpy
    torch.from_numpy = lambda array: read(array).to(DEVICE)
    torch.Tensor.numpy = lambda tensor: written(tensor.cpu())


# ---------------------------------------------------------------- what is given

def read_safetensors(path):
    data = np.memmap(path, np.uint8, "r")
    length = int(data[:8].view("<u8")[0])
    arrays = {}
    for name, entry in json.loads(bytes(data[8:8 + length])).items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        kind = {"F32": "<f4", "I32": "<i4"}[entry["dtype"]]
        arrays[name] = np.array(data[begin:end].view(kind)).reshape(entry["shape"])
    return arrays


class Product(torch.autograd.Function):
    """`A x` for a constant sparse A, whose transpose is kept for the gradient."""

    @staticmethod
    def forward(context, matrix, x):
        context.matrix = matrix
        return matrix.forward @ x

    @staticmethod
    def backward(context, gradient):
        return None, context.matrix.backward @ gradient


class Graph:
    def __init__(self, matrix, layout):
        matrix = matrix.tocsr()
        self.forward, self.backward = (to_torch(half, layout) for half in (matrix, matrix.T.tocsr()))

    def __matmul__(self, x):
        return Product.apply(self, x)


def to_torch(matrix, layout):
    values = placed(matrix.data.astype(np.float32))
    if layout == "csr":
        pointers, columns = (placed(part.astype(np.int64)) for part in (matrix.indptr, matrix.indices))
        return torch.sparse_csr_tensor(pointers, columns, values, matrix.shape)
    coo = matrix.tocoo()
    return torch.sparse_coo_tensor(placed(np.stack([coo.row, coo.col]).astype(np.int64)), values, matrix.shape).coalesce()


def faster_layout(matrix, width):
    """PyTorch has two sparse products; which one is faster depends on how it was built."""
    best = {}
    x = torch.ones(matrix.shape[1], width, device=DEVICE)
    for layout in ("csr", "coo"):
        candidate = to_torch(matrix, layout)
        candidate @ x
        wait()
        times = []
        for _ in range(5):
            start = time.perf_counter()
            candidate @ x
            wait()
            times.append(time.perf_counter() - start)
        best[layout] = min(times)
    return min(best, key=best.get)


class Subject(Given):
    """What the folder gives, as a reference reads it."""

    def __init__(self, folder):
        given = json.loads((folder / "subject.json").read_text())
        arrays = read_safetensors(folder / "arrays.safetensors")
        torch.set_num_threads(given["threads"])
        if given["card"] and torch.cuda.is_available():
            global DEVICE
            DEVICE = torch.device("cuda")
            use_card()
        torch.manual_seed(1)
        size = given["users"], given["items"]
        self.train, self.valid = ([arrays[f"data/{name}/{column}"] for column in ("users", "items")] for name in ("train", "valid"))
        super().__init__(sp.csr_matrix((np.ones(len(self.train[0]), np.float32), tuple(self.train)), size), torch.float32)
        self.model, self.config, self.keys = given["model"], given["config"], given["modalities"]
        self.steps_per_epoch = given["stepsPerEpoch"]
        self.matrices = {
            name: sp.csr_matrix(tuple(arrays[f"graph/{name}/{part}"] for part in ("values", "columns", "pointers")), shape)
            for name, shape in given["shapes"].items()}
        largest = max(self.matrices.values(), key=lambda matrix: matrix.nnz, default=None)
        self.layout = "none" if largest is None else faster_layout(largest, self.config["embeddingSize"])
        self.graphs = {name: self.sparse(matrix) for name, matrix in self.matrices.items()}

        def named(kind):
            return {name[len(kind):]: placed(values) for name, values in arrays.items() if name.startswith(kind)}
        self.parameters = {name: values.requires_grad_() for name, values in named("init/").items()}
        self.inputs, self.tables = named("input/"), named("features/")
        self.batches = [
            {name: placed(arrays[f"batch/{k}/{name}"].astype(np.int64)) for name in ("pairs", "users", "positives", "negatives")}
            for k in range(given["batches"])]

    def sparse(self, matrix):
        return Graph(matrix, self.layout)


# ---------------------------------------------------------------- what is counted

# Operations that launch nothing: they look at what is there.
VIEWS = {
    "view", "_unsafe_view", "reshape", "t", "transpose", "permute", "expand", "slice", "select", "detach", "alias", "as_strided",
    "squeeze", "unsqueeze", "split", "split_with_sizes", "unbind", "lift_fresh", "empty", "empty_like", "new_empty",
    "new_empty_strided", "empty_strided", "_local_scalar_dense", "is_same_size", "resize_", "set_",
}
# These touch the rows that are named, not the table.
ROWS = {"index", "index_select", "gather", "embedding"}


def tensors_of(value):
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, (list, tuple)):
        return [tensor for part in value for tensor in tensors_of(part)]
    return []


class Work(TorchDispatchMode):
    """Lists operations with the bytes of what they read and write, and products with theirs."""

    def __init__(self):
        super().__init__()
        self.kernels = []

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        result = operation(*args, **(kwargs or {}))
        name = operation.overloadpacket.__name__
        if name not in VIEWS:
            self.kernels.append({"name": name, **work_of(name, tensors_of(args), tensors_of(result))})
        return result


def work_of(name, read, made):
    size = sum(tensor.numel() for tensor in made)
    sparse = next((tensor for tensor in read if tensor.layout != torch.strided), None)
    if sparse is not None:
        width = made[0].shape[-1] if made else 1
        entries = sparse._nnz()
        # A row of the operand and two numbers of the matrix for each entry.
        return {"bytes": 4 * (entries * (width + 2) + size), "flops": 2 * entries * width}
    if name in ROWS:
        return {"bytes": 4 * 2 * size, "flops": 0}
    if name in ("index_put_", "_index_put_impl_", "index_add_"):
        return {"bytes": 4 * 3 * read[-1].numel(), "flops": read[-1].numel()}
    # A tensor that is changed in place is read and written.
    moved = sum(tensor.numel() for tensor in read) + size
    inner = read[-2].shape[-1] if name in ("mm", "addmm", "bmm", "baddbmm") else 0
    return {"bytes": 4 * moved, "flops": 2 * size * inner if inner else size}


# ---------------------------------------------------------------- what is timed

class Peer:
    def __init__(self, folder):
        self.s = Subject(pathlib.Path(folder))
        self.model = load(self.s.model)(self.s.config, self.s.keys)
        # An epoch's graphs that came with the folder stay.
        handed = dict(self.s.graphs)
        self.model.start_epoch(self.s)
        self.s.graphs.update(handed)
        moved = [(name.startswith(self.model.second), value) for name, value in self.s.parameters.items()]
        self.adam, self.second = (self.optimiser([value for other, value in moved if other == second])
                                  for second in (False, True))
        self.after_steps = self.second is not None and self.model.second_batches(self.s) is None
        self.next = 0
        users, items = self.s.valid
        known = np.diff(self.s.r.indptr)[users] > 0
        self.relevant = {}
        for user, item in zip(users[known].tolist(), items[known].tolist()):
            self.relevant.setdefault(user, set()).add(item)
        self.ranked = np.array(sorted(self.relevant))

    def optimiser(self, values):
        rate, decay = self.s.config["learningRate"], self.model.decoupled_decay()
        return torch.optim.AdamW(values, lr=rate, weight_decay=decay) if values else None

    def open(self):
        # What a model keeps from step to step moves on: that may not show in what is measured.
        state = dict(self.s.state)
        with torch.no_grad():
            loss = float(self.loss(0, False))
        self.s.state = state
        threads, device = torch.get_num_threads(), DEVICE.type
        if DEVICE.type == "cuda":
            device = torch.cuda.get_device_name()
        return {"torch": torch.__version__, "threads": threads, "device": device, "sparse": self.s.layout, "loss": loss}

    def loss(self, place, first):
        self.s.first = first
        return total(self.model.terms(self.s, self.s.batches[place]))

    def step(self, first=False):
        start, used = time.perf_counter(), time.process_time()
        self.adam.zero_grad(set_to_none=True)
        self.loss(self.next, first).backward()
        self.adam.step()
        if self.after_steps:
            self.second_step(self.s.batches[self.next])
        wait()
        self.s.step += 1
        self.next = (self.next + 1) % len(self.s.batches)
        return 1000 * (time.perf_counter() - start), 1000 * (time.process_time() - used)

    def second_step(self, batch):
        """A step of the second loss."""
        values = self.second.param_groups[0]["params"]
        for value, grad in zip(values, torch.autograd.grad(total(self.model.second_terms(self.s, batch)), values)):
            value.grad = grad
        self.second.step()

    def steps(self, count):
        ms, cpu = zip(*(self.step() for _ in range(count)))
        return {"ms": ms, "cpuMs": cpu}

    def work(self):
        self.step()
        with Work() as counted:
            self.step()
        return counted.kernels

    def start(self):
        begun = time.perf_counter()
        if self.second is not None and not self.after_steps:
            for batch in self.model.second_batches(self.s):
                self.second_step(batch)
        self.model.start_epoch(self.s)
        self.step(True)
        return {"seconds": time.perf_counter() - begun}

    def evaluate(self, cutoff=50, tile=2048):
        begun = time.perf_counter()
        ranked = self.ranked[:self.model.most_ranked]
        discounts = 1 / np.log2(np.arange(2, cutoff + 2))
        recall = gain = 0.0
        with torch.no_grad():
            self.model.start_ranking(self.s)
            final = self.model.final(self.s)
            ranking = time.perf_counter()
            for first in range(0, len(ranked), tile):
                users = ranked[first:first + tile]
                scores = self.model.scores(self.s, final, placed(users))
                seen = self.s.r[users].tocoo()
                scores[placed(seen.row.astype(np.int64)), placed(seen.col.astype(np.int64))] = -1e10
                best = scores.topk(min(cutoff, self.s.items), 1).indices.cpu().numpy()
                for user, row in zip(users.tolist(), best.tolist()):
                    wanted = self.relevant[user]
                    hits = np.array([item in wanted for item in row])
                    recall += hits[:20].sum() / len(wanted)
                    gain += (hits * discounts[:len(hits)])[:20].sum() / discounts[:min(20, len(wanted))].sum()
        seconds = ranking - begun + (time.perf_counter() - ranking) * len(self.ranked) / len(ranked)
        return {"seconds": seconds, "recall": recall / len(ranked), "ndcg": gain / len(ranked)}


def main():
    peer = Peer(sys.argv[1])
    for line in sys.stdin:
        command, *words = line.split()
        print(json.dumps(getattr(peer, command)(*map(int, words))), flush=True)


main()
