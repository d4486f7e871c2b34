"""Writes the same features, rows of 512 float32, in each format into a folder: `formats.py folder megabytes`."""
import pathlib
import sys

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

COLUMNS = 512

folder, megabytes = pathlib.Path(sys.argv[1]), int(sys.argv[2])
rows = megabytes * 2**20 // (4 * COLUMNS)
features = np.random.default_rng(1).standard_normal((rows, COLUMNS), dtype=np.float32)
np.save(folder / 'plain.npy', features)
with h5py.File(folder / 'contiguous.h5', 'w') as file:
    file['features'] = features
with h5py.File(folder / 'chunked.h5', 'w') as file:
    file.create_dataset('features', data=features, chunks=True)
flat = pa.array(features.ravel())
pq.write_table(pa.table({'features': pa.FixedSizeListArray.from_arrays(flat, COLUMNS)}), folder / 'lists.parquet')
del flat
columns = pa.table({f'f{i}': features[:, i] for i in range(COLUMNS)})
# By default values go through a dictionary, which is of no use for features and is yet what most files have.
pq.write_table(columns, folder / 'columns.parquet')
pq.write_table(columns, folder / 'columns_plain.parquet', use_dictionary=False)
# As versions without a limit of rows per page write it.
pq.write_table(columns, folder / 'columns_tall.parquet', max_rows_per_page=2**31 - 1)
