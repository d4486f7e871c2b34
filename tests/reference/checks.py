"""Checks of a reference's own numbers, run after every exact gradient of a case."""
import numpy as np
import torch

from reference.losses import total

STEP = 1e-6
random = np.random.default_rng(0)


def check(run, values, batch, terms, grads, second=False):
    """Terms and gradients are there where they should be, and gradients agree with finite differences.

    What the loss holds constant stays so; the largest entry of each parameter's gradient is tried, and two others.
    `second`: of the second loss.
    """
    leaves, parts = [run.parameters[name] for name in grads], {}
    for term, (value, _) in terms.items():
        found = torch.autograd.grad(value, leaves, allow_unused=True, retain_graph=True)
        parts[term] = dict(zip(grads, found))
        assert abs(value.item()) > 1e-7, (term, value)
        assert any(part is not None and part.abs().max() > 1e-12 for part in found), term
    if not second:
        run.reference.checked(run, terms, parts, grads)
    compute, silent = (run.reference.second_terms, ()) if second else (run.reference.terms, tuple(run.reference.silent(run)))
    rounding = 2e-9 * max(1, abs(total(terms).item()))  # of a difference of two losses

    def moved(name, at, move):
        run.parameters = {key: value.clone() for key, value in values.items()}
        run.parameters[name][at] += move
        return total(compute(run, batch)).item()

    run.role = "check"
    with torch.no_grad():
        for name, grad in grads.items():
            none = name.startswith(silent)
            assert none == (grad.abs().max().item() < 1e-15), (name, grad.abs().max())
            largest = np.unravel_index(grad.abs().argmax().item(), grad.shape)
            others = [tuple(random.integers(0, size) for size in grad.shape) for _ in range(2)]
            for at in (largest, *others):
                slope = (moved(name, at, STEP) - moved(name, at, -STEP)) / 2 / STEP
                assert abs(slope - grad[at].item()) <= rounding + 1e-5 * abs(grad[at].item()), (name, at, slope, grad[at])
    run.role = "exact"
