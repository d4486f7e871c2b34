"""Loss terms and propagation that several models share. Rows are a batch's; there may be several negatives for each."""
import torch
import torch.nn.functional as F


def batch_rows(batch, users, items):
    """The batch's rows of users, positives and negatives."""
    return users[batch["users"]], items[batch["positives"]], items[batch["negatives"]]


def bpr(users, positives, negatives, floor=0.0):
    """Mean of -log sigmoid(x_pos - x_neg), or of -log(floor + sigmoid(x_pos - x_neg))."""
    ratio = len(negatives) // max(len(users), 1)
    x = (users * positives).sum(1, keepdim=True) - (users[:, None] * negatives.view(len(users), ratio, -1)).sum(2)
    return -(torch.sigmoid(x) + floor).log().mean() if floor else F.softplus(-x).mean()


def norms_over_rows(*blocks):
    """Sum of the unsquared Frobenius norms over the actual number of rows."""
    return sum(torch.linalg.norm(block) for block in blocks) / len(blocks[0])


def half_squares(batch_size, *blocks):
    """Half the sum of squares over the configured batch size, in the short batch too."""
    return .5 * sum((block * block).sum() for block in blocks) / batch_size


def info_nce(anchors, candidates, temperature):
    """Cosine InfoNCE, the positive in the denominator, mean over rows."""
    a, b = F.normalize(anchors), F.normalize(candidates)
    return F.cross_entropy(a @ b.T / temperature, torch.arange(len(a)))


def total(terms):
    """The weighted sum of {name: (value, weight)}; what weighs nothing is left out."""
    return sum(weight * value for value, weight in terms.values() if weight != 0)


def mean_of_layers(graph, x, layers):
    """Mean of layers 0..L of plain propagation."""
    every = [x]
    for _ in range(layers):
        every.append(graph @ every[-1])
    return torch.stack(every).mean(0)


def last_layer(graph, x, layers):
    for _ in range(layers):
        x = graph @ x
    return x
