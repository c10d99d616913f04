//! Drawn pictures in place of photos: a plain ground, a few figures, and the word 演示 across it.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use kernel::{Rng, SeededRng};

const WIDE: u32 = 640;
const HIGH: u32 = 480;
/// Pixels of the picture to one of a character.
const SCALE: u32 = 10;

/// 演 and 示, sixteen rows of sixteen.
const WORD: [[u16; 16]; 2] = [
    [
        0b0000000010000000, 0b0100000001000000, 0b0011011111111100, 0b0001010000000100, 0b1000001111111000,
        0b0110000001000000, 0b0010011111111000, 0b0000010001001000, 0b0001011111111000, 0b0001010001001000,
        0b0010011111111000, 0b0110000000000000, 0b1100000110011000, 0b0100011000000110, 0b0000000000000000,
        0b0000000000000000,
    ],
    [
        0b0000000000000000, 0b0011111111111000, 0b0000000000000000, 0b0000000000000000, 0b0000000000000000,
        0b1111111111111110, 0b0000000100000000, 0b0000000100000000, 0b0001000100100000, 0b0011000100011000,
        0b0110000100001100, 0b0100000100000100, 0b0000000100000000, 0b0000011100000000, 0b0000001000000000,
        0b0000000000000000,
    ],
];

/// A picture as a JPEG file, another for every number.
///
/// # Errors
/// What the encoder says.
pub fn jpeg(number: u64) -> Result<Vec<u8>, String> {
    let rng = SeededRng::new(number);
    let shade = |least: u64, more: u64| u8::try_from(least + rng.below(more)).unwrap_or(u8::MAX);
    let (sky, floor) = (shade(170, 50), shade(90, 60));
    let mut picture = RgbImage::from_fn(WIDE, HIGH, |_, y| {
        if y < HIGH * 3 / 5 { Rgb([sky, sky, 230]) } else { Rgb([floor, 120, floor]) }
    });
    for _ in 0..8 {
        let (left, head) = (20 + below(&rng, WIDE - 80), HIGH / 2 + below(&rng, HIGH / 5));
        let coat = Rgb([shade(60, 150), shade(60, 150), shade(60, 150)]);
        fill(&mut picture, (left + 8, head - 24), (24, 24), Rgb([224, 188, 156]));
        fill(&mut picture, (left, head), (40, 90), coat);
    }
    let left = (WIDE - 2 * 16 * SCALE) / 2;
    for (nth, rows) in (0..).zip(&WORD) {
        character(&mut picture, left + nth * 16 * SCALE, rows);
    }
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture)
        .write_to(&mut out, ImageFormat::Jpeg)
        .map_err(|error| error.to_string())?;
    Ok(out.into_inner())
}

fn below(rng: &SeededRng, bound: u32) -> u32 {
    u32::try_from(rng.below(u64::from(bound))).unwrap_or(0)
}

fn character(picture: &mut RgbImage, left: u32, rows: &[u16; 16]) {
    for (y, row) in (0..).zip(rows) {
        for x in (0..16).filter(|x| row >> (15 - x) & 1 == 1) {
            let at = (left + x * SCALE, 60 + y * SCALE);
            fill(picture, at, (SCALE - 1, SCALE - 1), Rgb([176, 32, 32]));
        }
    }
}

fn fill(picture: &mut RgbImage, (left, top): (u32, u32), (wide, high): (u32, u32), colour: Rgb<u8>) {
    for y in top..(top + high).min(HIGH) {
        for x in left..(left + wide).min(WIDE) {
            picture.put_pixel(x, y, colour);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_draws_a_small_picture_of_its_own() {
        let (one, two) = (jpeg(1).unwrap(), jpeg(2).unwrap());
        assert_ne!(one, two);
        assert_eq!(one, jpeg(1).unwrap());
        assert!(one.len() < 60_000);
        let read = image::load_from_memory(&one).unwrap();
        assert_eq!((read.width(), read.height()), (WIDE, HIGH));
    }
}
