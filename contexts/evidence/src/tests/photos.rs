//! Photos: what is taken, what is read from them, what is left in them.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat};

use super::cast::day;
use crate::photo::{Area, Doubt, doubts, examine};

/// A photo without metadata.
pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    DynamicImage::new_rgb8(width, height).write_to(&mut out, ImageFormat::Jpeg).unwrap();
    out.into_inner()
}

/// The same with an Exif part: taken on a day at a place given in whole degrees and minutes.
pub fn placed(day: &str, north: (u32, u32), east: (u32, u32)) -> Vec<u8> {
    let mut tiff: Vec<u8> = b"II*\0\x08\0\0\0".to_vec();
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        let mut bytes = tag.to_le_bytes().to_vec();
        bytes.extend(kind.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(value.to_le_bytes());
        bytes
    };
    // IFD0 at 8: pointers to the Exif (38) and GPS (76) parts
    tiff.extend(2u16.to_le_bytes());
    tiff.extend(entry(0x8769, 4, 1, 38));
    tiff.extend(entry(0x8825, 4, 1, 56));
    tiff.extend(0u32.to_le_bytes());
    // Exif part at 38: DateTimeOriginal, its text at 110
    tiff.extend(1u16.to_le_bytes());
    tiff.extend(entry(0x9003, 2, 20, 110));
    tiff.extend(0u32.to_le_bytes());
    // GPS part at 56: two references, two triples at 130 and 154
    tiff.extend(4u16.to_le_bytes());
    tiff.extend(entry(1, 2, 2, u32::from(b'N')));
    tiff.extend(entry(2, 5, 3, 130));
    tiff.extend(entry(3, 2, 2, u32::from(b'E')));
    tiff.extend(entry(4, 5, 3, 154));
    tiff.extend(0u32.to_le_bytes());
    assert_eq!(tiff.len(), 110);
    tiff.extend(format!("{day} 10:00:00\0").bytes());
    for (degrees, minutes) in [north, east] {
        for part in [degrees, 1, minutes, 1, 0, 1] {
            tiff.extend(part.to_le_bytes());
        }
    }
    let mut app1 = b"Exif\0\0".to_vec();
    app1.extend(tiff);
    let plain = jpeg(40, 30);
    let mut photo = plain[..2].to_vec();
    photo.extend([0xFF, 0xE1]);
    photo.extend(u16::try_from(app1.len() + 2).unwrap().to_be_bytes());
    photo.extend(app1);
    photo.extend(&plain[2..]);
    photo
}

fn area() -> Area {
    Area { south: 25.0, west: 103.0, north: 26.0, east: 104.5, source: "test".into() }
}

#[test]
fn day_and_place_are_read_and_nothing_of_them_is_kept() {
    let photo = examine(&placed("2025:06:01", (25, 30), (103, 48))).unwrap();
    assert_eq!(photo.taken_on, Some(day("2025-06-01")));
    let (north, east) = photo.place.unwrap();
    assert!((north - 25.5).abs() < 1e-9 && (east - 103.8).abs() < 1e-9);
    assert!(!photo.bytes.windows(4).any(|part| part == b"Exif"));
    assert!(examine(&photo.bytes).unwrap().place.is_none());
}

#[test]
fn a_place_outside_the_district_and_another_day_are_doubts_and_no_refusal() {
    let outside = examine(&placed("2025:05:01", (39, 54), (116, 23))).unwrap();
    let found = doubts(outside.taken_on, outside.place, day("2025-06-01"), Some(&area()));
    assert_eq!(found, [Doubt::Outside, Doubt::OtherDay]);
    let inside = examine(&placed("2025:06:01", (25, 30), (103, 48))).unwrap();
    assert!(doubts(inside.taken_on, inside.place, day("2025-06-01"), Some(&area())).is_empty());
    assert!(doubts(None, None, day("2025-06-01"), Some(&area())).is_empty(), "silence is no doubt");
}

#[test]
fn what_is_no_photo_is_refused_by_its_bytes() {
    let mut cut = jpeg(200, 200);
    cut.truncate(cut.len() / 2);
    let gif = b"GIF89a\x01\0\x01\0\0\0\0;".to_vec();
    let cases = [
        (b"%PDF-1.7".to_vec(), "evidence-photo-not"),
        (Vec::new(), "evidence-photo-not"),
        (gif, "evidence-photo-not"),
        (b"\xFF\xD8\xFF\xE0 nothing".to_vec(), "evidence-photo-broken"),
        (vec![0xFF; 13 * 1024 * 1024], "evidence-photo-too-large"),
    ];
    for (bytes, key) in cases {
        assert_eq!(examine(&bytes).unwrap_err().key, key);
    }
}

#[test]
fn a_large_photo_is_kept_smaller_and_any_format_becomes_jpeg() {
    let photo = examine(&jpeg(4000, 1000)).unwrap();
    let kept = image::load_from_memory(&photo.bytes).unwrap();
    assert_eq!((kept.width(), kept.height()), (1600, 400));
    let mut png = Cursor::new(Vec::new());
    DynamicImage::new_rgba8(10, 10).write_to(&mut png, ImageFormat::Png).unwrap();
    assert!(examine(&png.into_inner()).unwrap().bytes.starts_with(&[0xFF, 0xD8]));
}

#[test]
fn a_picture_that_claims_to_be_enormous_is_refused_without_being_unpacked() {
    // a PNG head that claims 60,000 by 60,000 pixels
    let mut png = Cursor::new(Vec::new());
    DynamicImage::new_rgb8(1, 1).write_to(&mut png, ImageFormat::Png).unwrap();
    let mut bytes = png.into_inner();
    bytes[16..20].copy_from_slice(&60_000u32.to_be_bytes());
    bytes[20..24].copy_from_slice(&60_000u32.to_be_bytes());
    assert_eq!(examine(&bytes).unwrap_err().key, "evidence-photo-broken");
}

#[test]
fn a_picture_that_would_unfold_beyond_the_memory_limit_is_refused_by_its_head() {
    // a true PNG head of 9,000 by 9,000 pixels, 16 bits a channel: 486 MB in memory
    let mut png = Cursor::new(Vec::new());
    DynamicImage::new_rgb16(1, 1).write_to(&mut png, ImageFormat::Png).unwrap();
    let mut bytes = png.into_inner();
    bytes[16..20].copy_from_slice(&9_000u32.to_be_bytes());
    bytes[20..24].copy_from_slice(&9_000u32.to_be_bytes());
    let crc = bytes[12..29].iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 * (crc & 1)))
    });
    bytes[29..33].copy_from_slice(&(!crc).to_be_bytes());
    assert_eq!(examine(&bytes).unwrap_err().key, "evidence-photo-too-many-pixels");
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 80, failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_bytes_make_the_reading_of_a_photo_fail_but_by_a_refusal(
        changes in proptest::collection::vec((0usize..900, proptest::num::u8::ANY), 0..12),
        cut in 0usize..900,
        format in 0usize..3,
    ) {
        let mut bytes = Cursor::new(Vec::new());
        match format {
            0 => bytes.get_mut().extend(placed("2025:06:01", (25, 30), (103, 48))),
            1 => DynamicImage::new_rgb8(30, 20).write_to(&mut bytes, ImageFormat::Png).unwrap(),
            _ => DynamicImage::new_rgb8(30, 20).write_to(&mut bytes, ImageFormat::WebP).unwrap(),
        }
        let mut bytes = bytes.into_inner();
        for (at, byte) in changes {
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
        }
        bytes.truncate(bytes.len().saturating_sub(cut % 7 * (cut / 7)));
        if let Err(problem) = examine(&bytes) {
            proptest::prop_assert!(problem.key.starts_with("evidence-photo-"));
        }
    }
}
