//! The made-up data of the bench, alike in every run, and as files that the peers read.

use std::path::Path;
use survey_stats::calibrate::Margin;
use survey_stats::design::{Design, DesignSpec, Stage};
use survey_stats::random::Random;
use survey_stats::special::expit;

pub const ITEMS: usize = 50;

/// One survey and one test.
pub struct Data {
    pub psu: Vec<usize>,
    pub stratum: Vec<usize>,
    pub weight: Vec<f64>,
    pub y: Vec<f64>,
    pub domain: Vec<usize>,
    pub margins: Vec<Margin>,
    /// answers, person by person
    pub items: Vec<u8>,
    /// sizes of units from which 300 are drawn
    pub size: Vec<f64>,
}

impl Data {
    pub fn new() -> Data {
        let mut rng = Random::new(2026);
        let n = 50_000;
        let psu: Vec<usize> = (0..n).map(|i| i / 25).collect();
        let stratum: Vec<usize> = psu.iter().map(|u| u / 100).collect();
        let weight: Vec<f64> = (0..n).map(|_| 5.0 + 20.0 * rng.uniform()).collect();
        let y = psu.iter().map(|u| 50.0 + 4.0 * (*u as f64).sin() + 16.0 * rng.normal()).collect();
        let domain = (0..n).map(|_| rng.below(20)).collect();
        let total: f64 = weight.iter().sum();
        let margins = (0..6)
            .map(|m| {
                let k = 3 + m;
                let share: Vec<f64> = (0..k).map(|_| 1.0 + rng.uniform()).collect();
                let s: f64 = share.iter().sum();
                let totals = share.iter().map(|v| v / s * total).collect();
                Margin { group: (0..n).map(|_| rng.below(k)).collect(), totals }
            })
            .collect();
        let people = 20_000;
        let theta: Vec<f64> = (0..people).map(|_| rng.normal()).collect();
        let mut items = vec![0; people * ITEMS];
        for j in 0..ITEMS {
            let (a, b) = (0.7 + 0.02 * j as f64, -1.5 + 0.06 * j as f64);
            for (i, t) in theta.iter().enumerate() {
                items[i * ITEMS + j] = u8::from(rng.uniform() < expit(a * (t - b)));
            }
        }
        let size = (0..1500).map(|_| 1.0 + 9.0 * rng.uniform()).collect();
        Data { psu, stratum, weight, y, domain, margins, items, size }
    }

    pub fn design(&self) -> Design {
        DesignSpec {
            stages: vec![Stage { unit: self.psu.clone(), stratum: self.stratum.clone(), population: None }],
            weights: Some(self.weight.clone()),
            ..DesignSpec::default()
        }
        .build(self.y.len())
        .expect("the design is well formed")
    }

    /// Little-endian columns: `u32` codes, `f64` numbers, `u8` answers.
    pub fn write(&self, folder: &Path) -> std::io::Result<()> {
        let codes = |name: &str, v: &[usize]| {
            let bytes: Vec<u8> = v.iter().flat_map(|x| (*x as u32).to_le_bytes()).collect();
            std::fs::write(folder.join(format!("{name}.u32")), bytes)
        };
        let numbers = |name: &str, v: &[f64]| {
            let bytes: Vec<u8> = v.iter().flat_map(|x| x.to_le_bytes()).collect();
            std::fs::write(folder.join(format!("{name}.f64")), bytes)
        };
        codes("psu", &self.psu)?;
        codes("stratum", &self.stratum)?;
        codes("domain", &self.domain)?;
        numbers("weight", &self.weight)?;
        numbers("y", &self.y)?;
        numbers("size", &self.size)?;
        for (m, margin) in self.margins.iter().enumerate() {
            let total: f64 = margin.totals.iter().sum();
            codes(&format!("margin{m}"), &margin.group)?;
            numbers(&format!("margin{m}"), &margin.totals.iter().map(|t| t / total).collect::<Vec<f64>>())?;
        }
        std::fs::write(folder.join("items.u8"), &self.items)
    }
}
