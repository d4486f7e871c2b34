"""Writes a dataset of Electronics' size into a folder: `electronics.py folder`. The counts are the papers', the contents are drawn."""
import pathlib
import sys

import numpy as np

USERS, ITEMS, INTERACTIONS = 192_403, 63_001, 1_689_188
FEATURES = {'image': 4096, 'text': 384}
# Fewest interactions of a user; the item of rank r is drawn with a probability proportional to 1/(r + 1)^0.8.
LEAST, SKEW = 5, 0.8

folder = pathlib.Path(sys.argv[1])
random = np.random.default_rng(1)

degrees = np.full(USERS, LEAST)
more = (random.random(INTERACTIONS - USERS * LEAST) ** 2 * USERS).astype(np.int64)
np.add.at(degrees, more, 1)
cumulative = np.cumsum((np.arange(ITEMS) + 1.0) ** -SKEW)
item_of_rank = random.permutation(ITEMS)
lines = ['userID\titemID\tx_label']
for user, degree in enumerate(degrees):
    own = np.empty(0, np.int64)
    while len(own) < degree:
        drawn = item_of_rank[np.searchsorted(cumulative, random.random(degree) * cumulative[-1])]
        own = np.unique(np.concatenate([own, drawn]))
    own = random.permutation(own)[:degree]
    # Eight of ten train; of the rest one half validates and one tests.
    held = max(2, degree // 5)
    labels = np.zeros(degree, np.int64)
    labels[: held // 2], labels[held // 2 : held] = 1, 2
    lines.extend(f'{user}\t{item}\t{label}' for item, label in zip(own, labels))
(folder / 'electronics.inter').write_text('\n'.join(lines))

for key, columns in FEATURES.items():
    values = np.lib.format.open_memmap(folder / f'{key}_feat.npy', mode='w+', dtype=np.float32, shape=(ITEMS, columns))
    for first in range(0, ITEMS, 4096):
        rows = min(4096, ITEMS - first)
        values[first : first + rows] = random.standard_normal((rows, columns), dtype=np.float32)
    values.flush()
