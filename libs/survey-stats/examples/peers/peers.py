"""Times svy, leafblower and mirt (PyPI) on the data of the bench, in CPU seconds of all threads.

Usage: python peers.py FOLDER. Prints `name<TAB>seconds<TAB>figures` a line, or `name<TAB>missing<TAB>why`.
"""

import os
import sys
import time

folder = sys.argv[1]


def report(name, work, figures, repeat=3):
    """Runs `work` and prints the least CPU time and the figures that ours must equal."""
    best = float("inf")
    for _ in range(repeat):
        start = time.process_time()
        result = work()
        best = min(best, time.process_time() - start)
    print(f"{name}\t{best:.6f}\t{','.join(repr(float(v)) for v in figures(result))}", flush=True)


def attempt(name, measure):
    """A package that is not here, or not as it was, is said and not passed over."""
    try:
        measure()
    except Exception as trouble:  # noqa: BLE001
        print(f"{name}\tmissing\t{type(trouble).__name__}: {trouble}".replace("\n", " ")[:300], flush=True)


def read(name, kind):
    import numpy as np

    return np.fromfile(os.path.join(folder, name), dtype=kind)


def survey():
    import polars as pl
    import svy

    frame = pl.DataFrame(
        {
            "psu": read("psu.u32", "<u4"),
            "stratum": read("stratum.u32", "<u4"),
            "weight": read("weight.f64", "<f8"),
            "y": read("y.f64", "<f8"),
            "domain": read("domain.u32", "<u4"),
        }
    )
    design = svy.Design(stratum="stratum", psu="psu", wgt="weight")
    sample = svy.Sample(frame, design)

    def cells(estimate):
        table = sorted((int(e.by_level[0] if isinstance(e.by_level, (list, tuple)) else e.by_level), e.est, e.se) for e in estimate.estimates)
        return [v for row in table for v in row[1:]]

    report("svy means", lambda: sample.estimation.mean("y", by="domain"), cells, 5)
    report("svy bootstrap", lambda: boot(sample), cells, 1)


def boot(sample):
    made = sample.weighting.create_bs_wgts(1000, rep_prefix="bs", rstate=1)
    return made.estimation.mean("y", by="domain", method="replication")


def raking():
    import leafblower
    import numpy as np
    import pandas as pd

    columns, targets = {}, {}
    for m in range(6):
        codes = read(f"margin{m}.u32", "<u4")
        share = read(f"margin{m}.f64", "<f8")
        columns[f"m{m}"] = pd.Categorical([str(c) for c in codes])
        targets[f"m{m}"] = {str(k): float(v) for k, v in enumerate(share)}
    frame = pd.DataFrame(columns)
    start = read("weight.f64", "<f8")
    start = start / start.mean()

    def work(method, tolerance):
        return leafblower.harvest(
            frame, targets, method=method, start_weights=start, attach_weights=False, max_weight=1e6,
            convergence={"absolute": tolerance}, max_iterations=10000,
        )

    def figures(w):
        w = np.asarray(w["weights"] if isinstance(w, dict) else w)
        w = w / w.mean()
        return [w[0], w[1], w[-1], (w * w).sum()]

    for method in ("oris", "raking", "newton_kl"):
        attempt(f"leafblower {method}", lambda: report(f"leafblower {method}", lambda: work(method, 1e-10), figures, 5))


def items():
    import mirt
    import numpy as np

    data = read("items.u8", "u1").reshape(-1, 50).astype(np.int64)
    fitted = []

    def fit():
        f = mirt.fit_mirt(data, model="2PL", n_quadpts=61, compute_standard_errors=False)
        fitted.append(f)
        return f

    def figures(f):
        p = f.model.parameters
        return [f.log_likelihood, float(np.ravel(p["discrimination"])[0]), float(np.ravel(p["difficulty"])[0])]

    report("mirt 2PL", fit, figures, 1)
    attempt("mirt EAP", lambda: report("mirt EAP", lambda: mirt.fscores(fitted[-1], data, method="EAP"), lambda s: [float(np.ravel(s.theta)[0])], 1))


attempt("svy", survey)
attempt("leafblower", raking)
attempt("mirt", items)
