"""Numbers and documents as the golden files hold them."""
import json
import pathlib

import numpy as np
import torch


def digits(values):
    """Floats (scalar, nested list, array or tensor) with 9 significant digits, as plain Python."""
    if isinstance(values, torch.Tensor):
        values = values.detach().numpy()
    if isinstance(values, (np.ndarray, np.generic)):
        values = values.tolist()
    if isinstance(values, (list, tuple)):
        return [digits(value) for value in values]
    return float(f"{values:.9g}") if isinstance(values, float) else values


def flat(tensor):
    return digits(tensor.reshape(-1))


def shaped(values):
    """A tensor or array of any shape, row by row."""
    return {"shape": list(values.shape), "values": flat(values)}


def csr_json(matrix):
    matrix = matrix.tocsr()
    matrix.sort_indices()
    return {"rows": matrix.shape[0], "columns": matrix.shape[1], "rowPtr": matrix.indptr.tolist(),
            "colIdx": matrix.indices.tolist(), "values": digits(matrix.data)}


def entries_json(matrix):
    matrix = matrix.tocsr()
    matrix.sort_indices()
    matrix = matrix.tocoo()
    entries = [[int(r), int(c), digits(float(v))] for r, c, v in zip(matrix.row, matrix.col, matrix.data)]
    return {"rows": matrix.shape[0], "columns": matrix.shape[1], "entries": entries}


def write(path, document, depth=2):
    """Writes the document; one line per entry of its first levels."""
    def lines(value, depth):
        if depth == 0 or not value or not isinstance(value, (dict, list)):
            return json.dumps(value, separators=(",", ":"), allow_nan=False)
        if isinstance(value, dict):
            parts = [json.dumps(key) + ":" + lines(item, depth - 1) for key, item in value.items()]
            return "{\n" + ",\n".join(parts) + "\n}"
        return "[\n" + ",\n".join(lines(item, depth - 1) for item in value) + "\n]"
    pathlib.Path(path).write_text(lines(document, depth) + "\n")
