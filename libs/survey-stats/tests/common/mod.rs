//! A synthetic district: towns, communities and people with a known share above the cut.
//!
//! Made by the project. Ability varies between communities and with audience; the sample takes communities
//! systematically proportional to size in every town and people at random in each community.

use survey_stats::design::{Design, DesignSpec, Stage};
use survey_stats::random::Random;
use survey_stats::sampling::{inclusion_probabilities, systematic};

/// People of the district, ordered by community.
pub struct District {
    town: Vec<usize>,
    /// first person of each community, and one past the last
    start: Vec<usize>,
    pub score: Vec<f64>,
    /// the audience whose share is small
    pub farmer: Vec<bool>,
}

/// A drawn sample.
pub struct Draw {
    pub design: Design,
    pub score: Vec<f64>,
    pub farmer: Vec<bool>,
}

const TOWNS: usize = 8;

impl District {
    /// A district of about 60,000 people in 160 communities.
    pub fn new(seed: u64) -> District {
        let mut rng = Random::new(seed);
        let mut d = District { town: Vec::new(), start: vec![0], score: Vec::new(), farmer: Vec::new() };
        for community in 0..160 {
            let town = community % TOWNS;
            let people = 150 + rng.below(450);
            let here = 0.25 * rng.normal() + 0.1 * (town as f64 - 3.5) / 3.5;
            for _ in 0..people {
                let farmer = rng.uniform() < 0.5 - 0.05 * town as f64;
                let theta = here + rng.normal() - if farmer { 0.75 } else { 0.0 };
                d.score.push(50.0 + 16.0 * theta);
                d.farmer.push(farmer);
            }
            d.town.push(town);
            d.start.push(d.score.len());
        }
        d
    }

    /// The true share above the cut, among all or among farmers.
    pub fn share(&self, cut: f64, farmers: bool) -> f64 {
        let inside: Vec<usize> = (0..self.score.len()).filter(|i| !farmers || self.farmer[*i]).collect();
        inside.iter().filter(|i| self.score[**i] >= cut).count() as f64 / inside.len() as f64
    }

    /// Six communities a town, 20 people each.
    pub fn draw(&self, seed: u64) -> Draw {
        let mut rng = Random::new(seed);
        let (mut unit, mut stratum, mut weight) = (Vec::new(), Vec::new(), Vec::new());
        let (mut score, mut farmer) = (Vec::new(), Vec::new());
        for town in 0..TOWNS {
            let mut here: Vec<usize> = (0..self.town.len()).filter(|c| self.town[*c] == town).collect();
            // A random order makes systematic selection close to sampling without order.
            for i in (1..here.len()).rev() {
                here.swap(i, rng.below(i + 1));
            }
            let sizes: Vec<f64> = here.iter().map(|c| (self.start[c + 1] - self.start[*c]) as f64).collect();
            let pi = inclusion_probabilities(&sizes, 6.0).expect("sizes are positive");
            for k in systematic(&pi, rng.uniform()).expect("probabilities are valid") {
                let c = here[k];
                let people = self.start[c + 1] - self.start[c];
                let pick = rng.subset(people, 20);
                for i in (0..people).filter(|i| pick[*i]) {
                    unit.push(c);
                    stratum.push(town);
                    weight.push(1.0 / pi[k] * people as f64 / 20.0);
                    score.push(self.score[self.start[c] + i]);
                    farmer.push(self.farmer[self.start[c] + i]);
                }
            }
        }
        let n = score.len();
        let design = DesignSpec {
            stages: vec![Stage { unit, stratum, population: None }],
            weights: Some(weight),
            ..DesignSpec::default()
        }
        .build(n)
        .expect("the sample is well formed");
        Draw { design, score, farmer }
    }
}
