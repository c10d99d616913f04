//! How a photo looks, in 64 bits that stay nearly the same when it is scaled, written anew, made
//! brighter or cut a little at its edges; and how alike two looks are.
//!
//! Each bit says whether one of 64 low waves of the picture (a cosine transform of its 32 by 32
//! outline) is above the middle one. Two pictures of different things differ in about 32 bits.
//! For looking up among very many, the 64 bits stand in four bands of 16: two looks that differ in
//! at most seven bits differ by at most one bit in some band, so that asking each band for its 17
//! nearest values misses none of them.

use std::f64::consts::PI;

use image::DynamicImage;

/// Sides of the outline.
const SIDE: usize = 32;
/// Waves taken in each direction, from the first above the mean.
const WAVES: usize = 8;
/// Bands in which a look is stored.
pub const BANDS: usize = 4;

/// The 64 bits of a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look(pub u64);

impl Look {
    /// Of a decoded photo.
    pub fn of(photo: &DynamicImage) -> Self {
        let side = u32::try_from(SIDE).unwrap_or(u32::MAX);
        let outline: Vec<f64> = photo
            .thumbnail_exact(side, side)
            .to_luma8()
            .as_raw()
            .iter()
            .map(|shade| f64::from(*shade))
            .collect();
        let rows: Vec<Vec<f64>> = outline.chunks(SIDE).map(waves).collect();
        // the waves of each column of the rows' waves
        let columns = (0..WAVES).map(|at| {
            let column: Vec<f64> = rows.iter().filter_map(|row| row.get(at).copied()).collect();
            waves(&column)
        });
        let all: Vec<f64> = columns.flatten().collect();
        let mut sorted = all.clone();
        sorted.sort_by(f64::total_cmp);
        let half = sorted.len() / 2;
        let middle = sorted.iter().skip(half.saturating_sub(1)).take(2).sum::<f64>() / 2.0;
        Self(all.iter().fold(0, |bits, wave| bits << 1 | u64::from(*wave > middle)))
    }

    /// In how many of 64 bits two looks differ.
    pub const fn distance(self, other: Self) -> u32 {
        (self.0 ^ other.0).count_ones()
    }

    /// Its bands, each 0 to 65535.
    pub fn bands(self) -> [i64; BANDS] {
        [48u32, 32, 16, 0].map(|shift| i64::try_from(self.0 >> shift & 0xFFFF).unwrap_or(0))
    }

    /// As it is stored: the same bits as a signed number.
    pub const fn stored(self) -> i64 {
        self.0.cast_signed()
    }

    /// From the store.
    pub const fn read(stored: i64) -> Self {
        Self(stored.cast_unsigned())
    }

    /// A picture without any outline (one plain colour, a dark frame) looks like every other such:
    /// it is never taken for a repeated one.
    pub const fn is_plain(self) -> bool {
        let ones = self.0.count_ones();
        ones < 8 || ones > 56
    }
}

/// The values of a band that differ from it by at most one bit.
pub fn near(band: i64) -> impl Iterator<Item = i64> {
    std::iter::once(band).chain((0..16).map(move |bit| band ^ (1 << bit)))
}

/// The lowest waves of a line, from the first above the mean.
fn waves(line: &[f64]) -> Vec<f64> {
    let n = line.len() as f64;
    (1..=WAVES)
        .map(|wave| {
            let at =
                |(place, shade): (usize, &f64)| shade * (PI * wave as f64 * (place as f64 + 0.5) / n).cos();
            line.iter().enumerate().map(at).sum()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{ImageFormat, Rgb, RgbImage, codecs::jpeg::JpegEncoder, imageops::FilterType};
    use kernel::{Rng, SeededRng};

    use super::*;

    /// A scene of a number: ground, light from a side, a dozen things, and grain.
    pub fn scene(number: u64) -> DynamicImage {
        let rng = SeededRng::new(number);
        let draw = |n: u64| rng.below(n) as f64;
        let (ground, slope) = (60.0 + draw(120), (draw(160) - 80.0, draw(160) - 80.0));
        let things: Vec<[f64; 5]> = (0..12)
            .map(|_| [draw(640), draw(480), 20.0 + draw(140), 20.0 + draw(140), draw(200) - 100.0])
            .collect();
        let grain: Vec<f64> = (0..997).map(|_| draw(17) - 8.0).collect();
        DynamicImage::ImageRgb8(RgbImage::from_fn(160, 120, |x, y| {
            let (across, down) = (f64::from(x) * 4.0, f64::from(y) * 4.0);
            let mut shade = ground + slope.0 * (across / 640.0 - 0.5) + slope.1 * (down / 480.0 - 0.5);
            for [left, top, wide, high, light] in &things {
                if ((across - left) / wide).powi(2) + ((down - top) / high).powi(2) < 1.0 {
                    shade += light;
                }
            }
            shade += grain[(x as usize * 31 + y as usize * 57) % grain.len()];
            let shade = shade.clamp(0.0, 255.0) as u8;
            Rgb([shade, shade.saturating_sub(12), shade.saturating_add(9)])
        }))
    }

    fn written(photo: &DynamicImage, quality: u8) -> DynamicImage {
        let mut out = Cursor::new(Vec::new());
        photo.write_with_encoder(JpegEncoder::new_with_quality(&mut out, quality)).unwrap();
        image::load_from_memory_with_format(out.get_ref(), ImageFormat::Jpeg).unwrap()
    }

    fn cut(photo: &DynamicImage, percent: u32) -> DynamicImage {
        let (wide, high) = (photo.width(), photo.height());
        let (left, top) = (wide * percent / 200, high * percent / 200);
        photo.crop_imm(left, top, wide - 2 * left, high - 2 * top)
    }

    type Change = (&'static str, fn(&DynamicImage) -> DynamicImage, usize);

    /// What people do to a photo, and how many of 40 scenes must still be found with the limit as
    /// it stands.
    const CHANGES: [Change; 7] = [
        ("half as large", |photo| photo.resize(80, 60, FilterType::Triangle), 40),
        ("written at quality 30", |photo| written(photo, 30), 40),
        ("written at quality 60 and scaled", |photo| written(&photo.thumbnail(100, 100), 60), 36),
        ("brighter", |photo| photo.brighten(25), 38),
        ("darker", |photo| photo.brighten(-25), 36),
        ("more contrast", |photo| photo.adjust_contrast(15.0), 32),
        ("cut by 2 of 100", |photo| cut(photo, 2), 38),
    ];

    #[test]
    fn a_photo_that_was_changed_as_people_do_is_found_and_another_one_is_not() {
        let limit = super::super::Limits::default().photo_bits;
        let scenes: Vec<DynamicImage> = (0..40).map(scene).collect();
        let looks: Vec<Look> = scenes.iter().map(Look::of).collect();
        for (what, change, least) in CHANGES {
            let distances: Vec<u32> = scenes
                .iter()
                .zip(&looks)
                .map(|(scene, look)| look.distance(Look::of(&change(scene))))
                .collect();
            let found = distances.iter().filter(|bits| i64::from(**bits) <= limit).count();
            println!("{what}: {found} of 40, most {:?}", distances.iter().max());
            assert!(found >= least, "{what}: {found} of 40");
        }
        let pairs = looks
            .iter()
            .enumerate()
            .flat_map(|(at, one)| looks[..at].iter().map(|other| one.distance(*other)));
        let mut distances: Vec<u32> = pairs.collect();
        distances.sort_unstable();
        println!("780 pairs of different scenes: nearest {:?}", &distances[..10]);
        assert!(distances.iter().all(|bits| i64::from(*bits) > limit), "{:?}", &distances[..10]);
        assert!(looks.iter().all(|look| !look.is_plain()));
    }

    #[test]
    fn whatever_differs_in_seven_bits_is_near_in_some_band() {
        let rng = SeededRng::new(3);
        for _ in 0..2_000 {
            let look = Look(rng.below(u64::MAX));
            let other = Look((0..7).fold(look.0, |bits, _| bits ^ 1 << rng.below(64)));
            let (bands, theirs) = (look.bands(), other.bands());
            assert!(bands.iter().zip(theirs).any(|(band, theirs)| near(*band).any(|one| one == theirs)));
            assert_eq!(Look::read(look.stored()), look);
        }
    }

    #[test]
    fn a_plain_wall_looks_like_nothing() {
        assert!(Look::of(&DynamicImage::new_rgb8(64, 48)).is_plain());
    }
}
