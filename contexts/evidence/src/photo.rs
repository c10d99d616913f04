//! Photos: checked by decoding, read for the day and place, then written anew without metadata.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use kernel::{Day, Problem};
use sha2::{Digest, Sha256};

use crate::flags::look::Look;

/// The largest file taken, in bytes.
pub const MAX_BYTES: usize = 12 * 1024 * 1024;
/// The longest side of the photo that is kept, in pixels.
const KEPT_SIDE: u32 = 1600;
/// The longest side that is decoded at all.
const MAX_SIDE: u32 = 16_000;
/// Pixels that are decoded at most.
const MAX_PIXELS: u64 = 100_000_000;
/// Memory that a decoded photo may take, in bytes.
const MAX_DECODED: u64 = 256 * 1024 * 1024;

/// A photo as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Photo {
    /// JPEG, without metadata.
    pub bytes: Vec<u8>,
    /// SHA-256 of the file that was sent, hexadecimal: the same photo sent twice shows.
    pub sha256: String,
    /// The day on which the camera says it was taken.
    pub taken_on: Option<Day>,
    /// Where, in degrees north and east.
    pub place: Option<(f64, f64)>,
    /// How it looks: a photo changed a little shows, too.
    pub look: Look,
}

/// The box of degrees inside which the district's photos are expected.
#[derive(Clone, Debug, PartialEq)]
pub struct Area {
    /// Southern edge.
    pub south: f64,
    /// Western edge.
    pub west: f64,
    /// Northern edge.
    pub north: f64,
    /// Eastern edge.
    pub east: f64,
    /// Where the box was taken from.
    pub source: String,
}

/// What makes a verifier look twice. A photo is never refused for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Taken outside the district.
    Outside,
    /// It carries a place, but nobody has said where the district lies.
    Unchecked,
    /// Taken on another day than the delivery.
    OtherDay,
    /// The same file is the proof of another delivery.
    Repeated,
}

impl Doubt {
    /// The key of its sentence in the catalogue.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Outside => "evidence-doubt-outside",
            Self::Unchecked => "evidence-doubt-unchecked",
            Self::OtherDay => "evidence-doubt-other-day",
            Self::Repeated => "evidence-doubt-repeated",
        }
    }
}

/// The doubts that day and place raise.
pub fn doubts(taken_on: Option<Day>, place: Option<(f64, f64)>, on: Day, area: Option<&Area>) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    let inside = |north, east, area: &Area| {
        (area.south..=area.north).contains(&north) && (area.west..=area.east).contains(&east)
    };
    match (place, area) {
        (Some((north, east)), Some(area)) if !inside(north, east, area) => doubts.push(Doubt::Outside),
        (Some(_), None) => doubts.push(Doubt::Unchecked),
        (Some(_) | None, Some(_)) | (None, None) => {}
    }
    if taken_on.is_some_and(|taken| taken != on) {
        doubts.push(Doubt::OtherDay);
    }
    doubts
}

/// Checks and rewrites a photo: jpeg, png or webp, judged by its bytes and not by its name.
///
/// # Errors
/// Too large, no photo, or one that does not decode.
pub fn examine(bytes: &[u8]) -> Result<Photo, Problem> {
    let refuse = |key| Problem::new(key).at("photo");
    if bytes.len() > MAX_BYTES {
        let problem = refuse("evidence-photo-too-large").with("limit", MAX_BYTES / 1024 / 1024);
        return Err(problem.with("n", bytes.len() / 1024 / 1024));
    }
    let format = image::guess_format(bytes).map_err(|_| refuse("evidence-photo-not"))?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) {
        return Err(refuse("evidence-photo-not"));
    }
    let decoded = decode(bytes, format)?;
    let kept = if decoded.width().max(decoded.height()) > KEPT_SIDE {
        decoded.thumbnail(KEPT_SIDE, KEPT_SIDE)
    } else {
        decoded
    };
    let look = Look::of(&kept);
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(kept.into_rgb8())
        .write_to(&mut out, ImageFormat::Jpeg)
        .map_err(|_| refuse("evidence-photo-broken"))?;
    let (taken_on, place) = metadata(bytes);
    let sha256 = kernel::hex(Sha256::digest(bytes));
    Ok(Photo { bytes: out.into_inner(), sha256, taken_on, place, look })
}

fn decode(bytes: &[u8], format: ImageFormat) -> Result<DynamicImage, Problem> {
    let broken = |_| Problem::new("evidence-photo-broken").at("photo");
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODED);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    // the decoder does not hold itself to the limit: what the head claims is weighed before any
    // memory is taken
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS || decoder.total_bytes() > MAX_DECODED {
        let problem = Problem::new("evidence-photo-too-many-pixels").at("photo");
        return Err(problem.with("width", width).with("height", height));
    }
    let orientation = decoder.orientation().ok();
    let mut image = DynamicImage::from_decoder(decoder).map_err(broken)?;
    if let Some(orientation) = orientation {
        image.apply_orientation(orientation);
    }
    Ok(image)
}

/// Day and place as the camera wrote them; nothing when it did not.
fn metadata(bytes: &[u8]) -> (Option<Day>, Option<(f64, f64)>) {
    let Ok(exif) = exif::Reader::new().read_from_container(&mut Cursor::new(bytes)) else {
        return (None, None);
    };
    let taken = exif.get_field(exif::Tag::DateTimeOriginal, exif::In::PRIMARY);
    let taken_on = taken.and_then(|field| {
        let exif::Value::Ascii(texts) = &field.value else {
            return None;
        };
        let text = String::from_utf8(texts.first()?.clone()).ok()?;
        Day::parse(&text.get(..10)?.replace(':', "-"))
    });
    let degrees = |value, reference, negative: u8| {
        let exif::Value::Rational(parts) = &exif.get_field(value, exif::In::PRIMARY)?.value else {
            return None;
        };
        let degrees: f64 =
            parts.iter().zip([1.0, 60.0, 3600.0]).map(|(part, unit)| part.to_f64() / unit).sum();
        let side = exif.get_field(reference, exif::In::PRIMARY)?;
        let back = matches!(&side.value, exif::Value::Ascii(t) if t.first().and_then(|t| t.first()) == Some(&negative));
        degrees.is_finite().then_some(if back { -degrees } else { degrees })
    };
    let north = degrees(exif::Tag::GPSLatitude, exif::Tag::GPSLatitudeRef, b'S');
    let east = degrees(exif::Tag::GPSLongitude, exif::Tag::GPSLongitudeRef, b'W');
    (taken_on, north.zip(east))
}
