//! Our side of the bench.

use crate::data::{Data, ITEMS};
use crate::peers::Measured;
use nalgebra::DMatrix;
use survey_stats::Estimates;
use survey_stats::calibrate::{RakeOptions, rake};
use survey_stats::irt::{self, FitOptions, Model, Quadrature, Responses, ScoreMethod, fit};
use survey_stats::random::Random;
use survey_stats::replicate::{BootstrapKind, Replicates};
use survey_stats::sampling;
use survey_stats::small_area::{Options, fay_herriot};
use survey_stats::statistic::{ByDomain, Columns, Mean};

/// CPU seconds of this thread, as the system counts them (Linux).
fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).map_or(f64::NAN, |ns| ns * 1e-9)
}

/// The mean of so many runs; the system's count of a thread's time is too coarse for a short one alone.
fn timed<T>(repeat: usize, mut work: impl FnMut() -> T) -> (f64, T) {
    let start = cpu();
    let mut v = work();
    for _ in 1..repeat {
        v = work();
    }
    ((cpu() - start) / repeat as f64, v)
}

fn cells(e: &Estimates) -> Vec<f64> {
    let se = e.se().expect("standard errors");
    e.values.iter().zip(se).flat_map(|(v, s)| [*v, s]).collect()
}

pub fn measure(data: &Data) -> Vec<Measured> {
    let mut out = Vec::new();
    let mut add = |name: &str, seconds: f64, figures: Vec<f64>| {
        out.push(Measured { name: name.into(), seconds: Some(seconds), figures, trouble: String::new() });
    };
    let design = data.design();
    let levels: Vec<String> = (0..20).map(|k| k.to_string()).collect();
    let by = ByDomain::new(Mean(Columns::one("y", &data.y)), &data.domain, &levels).expect("domains");
    let (s, e) = timed(100, || design.estimate(&by).expect("means"));
    add("means by domain", s, cells(&e));
    let (s, _) = timed(3, || {
        let r = Replicates::bootstrap(&design, 1000, BootstrapKind::RaoWu, 1).expect("replicates");
        r.estimate(&by).expect("means")
    });
    add("bootstrap", s, Vec::new());
    let (s, r) = timed(30, || rake(&design, &data.margins, &RakeOptions::default()).expect("raked"));
    let w = r.design.weights();
    let mean = w.iter().sum::<f64>() / w.len() as f64;
    let w: Vec<f64> = w.iter().map(|w| w / mean).collect();
    add("raking", s, vec![w[0], w[1], w[w.len() - 1], w.iter().map(|w| w * w).sum()]);

    let columns = (0..ITEMS)
        .map(|j| (format!("q{j}"), data.items.iter().skip(j).step_by(ITEMS).map(|c| f64::from(*c)).collect()))
        .collect();
    let answers = Responses::new(columns).expect("responses");
    let (s, f) = timed(1, || {
        fit(&Model::two_parameter(&answers, 0.0), &answers, &[], &[], &FitOptions::default()).expect("fitted")
    });
    let first = &f.items[0][0];
    add("2PL with standard errors", s, vec![f.log_likelihood, first.slope(), first.difficulties()[0]]);
    let (s, _) = timed(10, || {
        let method = ScoreMethod::Eap(Quadrature::default());
        irt::score(&f.items[0], f.latent[0], &answers, method).expect("scores")
    });
    add("EAP", s, Vec::new());
    let mut rng = Random::new(7);
    for (m, name) in [
        (1000, "Fay-Herriot, 1,000 areas"),
        (2000, "Fay-Herriot, 2,000 areas"),
        (3000, "Fay-Herriot, 3,000 areas"),
    ] {
        let x = DMatrix::from_fn(m, 4, |i, j| if j == 0 { 1.0 } else { ((i * (j + 3)) as f64).sin() });
        let psi: Vec<f64> = (0..m).map(|_| 0.5 + rng.uniform()).collect();
        let y: Vec<f64> = (0..m).map(|i| 10.0 + x[(i, 1)] + rng.normal() * (1.0 + psi[i]).sqrt()).collect();
        let (s, _) = timed(300, || fay_herriot(&y, &psi, &x, &Options::default()).expect("fitted"));
        add(name, s, Vec::new());
    }
    let pi = sampling::inclusion_probabilities(&data.size, 300.0).expect("probabilities");
    let (s, j) = timed(5, || sampling::conditional_poisson_joint(&pi).expect("joint probabilities"));
    add("maximum entropy joint", s, vec![j.iter().sum(), j[(0, 1)]]);
    out
}
