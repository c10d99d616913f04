//! The reference's random numbers (Mersenne Twister, Matsumoto and Nishimura 1998), for draws that a case seeds.

/// MT19937 seeded as the reference software seeds it.
pub struct Twister {
    state: Vec<u32>,
    at: usize,
}

impl Twister {
    pub fn new(seed: u32) -> Twister {
        let mut s = seed;
        let mut next = || {
            s = s.wrapping_mul(69069).wrapping_add(1);
            s
        };
        for _ in 0..50 {
            next();
        }
        next();
        let state = (0..624).map(|_| next()).collect();
        Twister { state, at: 624 }
    }

    fn word(&mut self) -> u32 {
        if self.at >= 624 {
            for k in 0..624 {
                let y = (self.state[k] & 0x8000_0000) | (self.state[(k + 1) % 624] & 0x7fff_ffff);
                self.state[k] =
                    self.state[(k + 397) % 624] ^ (y >> 1) ^ if y & 1 == 1 { 0x9908_b0df } else { 0 };
            }
            self.at = 0;
        }
        let mut y = self.state[self.at];
        self.at += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    /// A number in the open unit interval.
    pub fn unif(&mut self) -> f64 {
        (f64::from(self.word()) * 2.328_306_437_080_797e-10)
            .clamp(2.328_306_437_080_797e-10, 1.0 - 2.328_306_437_080_797e-10)
    }
}
