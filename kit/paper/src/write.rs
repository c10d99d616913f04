//! Writing what was set as a PDF with its reading order.

use std::num::NonZeroU16;

use krilla::color::luma;
use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, Node as TagNode, SpanTag, TableHeaderScope, Tag,
    TagGroup, TagKind, TagTree,
};
use krilla::text::{GlyphId, KrillaGlyph};
use krilla::{Document as Pdf, SerializeSettings};

use crate::flow::{Kind, Op, PAPER, Set};
use crate::line::Run;
use crate::{Document, Error};

/// What a node holds, in reading order.
enum Child {
    Node(usize),
    Content(Identifier),
}

/// Writes the bytes.
///
/// # Errors
/// [`Error::Writer`] when what was drawn does not keep to PDF/UA-1.
pub(crate) fn pdf(document: &Document, set: &Set<'_>) -> Result<Vec<u8>, Error> {
    let fault = |why: &dyn std::fmt::Debug| Error::Writer(format!("{why:?}"));
    let configuration = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|why| fault(&why))?;
    let mut pdf = Pdf::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let mut children: Vec<Vec<Child>> = set.nodes.iter().map(|_| Vec::new()).collect();
    let mut top = Vec::new();
    for (at, node) in set.nodes.iter().enumerate() {
        match node.parent.and_then(|parent| children.get_mut(parent)) {
            Some(of) => of.push(Child::Node(at)),
            None => top.push(at),
        }
    }
    for ops in &set.pages {
        let settings = PageSettings::from_wh(PAPER.0, PAPER.1).ok_or_else(|| fault(&"page size"))?;
        let mut page = pdf.start_page_with(settings);
        let mut surface = page.surface();
        for op in ops {
            draw(&mut surface, op, &mut children);
        }
        surface.finish();
        page.finish();
    }
    let mut tree = TagTree::new().with_lang(Some(document.language.clone()));
    for node in top {
        tree.push(group(set, &mut children, node));
    }
    pdf.set_tag_tree(tree);
    let mut outline = Outline::new();
    for (text, page, y) in &set.outline {
        let place = XyzDestination::new(*page, Point::from_xy(0.0, *y));
        outline.push_child(OutlineNode::new(text.clone(), place));
    }
    pdf.set_outline(outline);
    let metadata = Metadata::new()
        .title(document.title.clone())
        .language(document.language.clone())
        .authors(vec![document.issuer.clone()]);
    pdf.set_metadata(metadata);
    pdf.finish().map_err(|why| fault(&why))
}

fn draw(surface: &mut Surface<'_>, op: &Op<'_>, children: &mut [Vec<Child>]) {
    let node = match op {
        Op::Text { node, .. } | Op::Fill { node, .. } => *node,
        Op::Rule { .. } => None,
    };
    let tag = match (op, node) {
        (Op::Text { .. }, Some(_)) => ContentTag::Span(SpanTag::empty()),
        (Op::Fill { .. } | Op::Rule { .. }, Some(_)) => ContentTag::Other,
        (Op::Text { .. }, None) => ContentTag::Artifact(Artifact::with_kind(ArtifactType::PaginationOther)),
        (Op::Fill { .. } | Op::Rule { .. }, None) => {
            ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout))
        }
    };
    let identifier = surface.start_tagged(tag);
    match op {
        Op::Text { run, x, baseline, size, .. } => text(surface, run, (*x, *baseline), *size),
        Op::Fill { at, size, grey, .. } => {
            fill(surface, *grey);
            let rect = Rect::from_xywh(at.0, at.1, size.0, size.1);
            path(surface, |builder| rect.map(|rect| builder.push_rect(rect)));
        }
        Op::Rule { from, to, thick } => {
            surface.set_fill(None);
            surface.set_stroke(Some(Stroke {
                paint: luma::Color::new(60).into(),
                width: *thick,
                ..Stroke::default()
            }));
            path(surface, |builder| {
                builder.move_to(from.0, from.1);
                builder.line_to(to.0, to.1);
                Some(())
            });
        }
    }
    surface.end_tagged();
    if let Some(of) = node.and_then(|node| children.get_mut(node)) {
        of.push(Child::Content(identifier));
    }
}

fn fill(surface: &mut Surface<'_>, grey: u8) {
    surface.set_stroke(None);
    let paint = luma::Color::new(grey).into();
    surface.set_fill(Some(Fill { paint, opacity: NormalizedF32::ONE, ..Fill::default() }));
}

fn path(surface: &mut Surface<'_>, build: impl FnOnce(&mut PathBuilder) -> Option<()>) {
    let mut builder = PathBuilder::new();
    if let (Some(()), Some(path)) = (build(&mut builder), builder.finish()) {
        surface.draw_path(&path);
    }
}

fn text(surface: &mut Surface<'_>, run: &Run<'_>, (x, y): (f32, f32), size: f32) {
    fill(surface, 0);
    let mut at = 0;
    let glyphs: Vec<KrillaGlyph> = run
        .glyphs
        .iter()
        .zip(run.text.chars())
        .map(|((glyph, advance), character)| {
            let range = at..at + character.len_utf8();
            at = range.end;
            KrillaGlyph::new(GlyphId::new(*glyph), advance / size, 0.0, 0.0, 0.0, range, None)
        })
        .collect();
    surface.draw_glyphs(Point::from_xy(x, y), &glyphs, run.face.font.clone(), &run.text, size, false);
}

/// A node with all that it holds.
fn group(set: &Set<'_>, children: &mut Vec<Vec<Child>>, at: usize) -> TagNode {
    let tag: TagKind = match set.nodes.get(at).map(|node| &node.kind) {
        Some(Kind::Heading(level, title)) => {
            Tag::Hn(NonZeroU16::new((*level).into()).unwrap_or(NonZeroU16::MIN), Some(title.clone())).into()
        }
        Some(Kind::Table(summary)) => Tag::Table.with_summary(Some(summary.clone())).into(),
        Some(Kind::Row) => Tag::TR.into(),
        Some(Kind::Head) => Tag::TH(TableHeaderScope::Column).into(),
        Some(Kind::Cell) => Tag::TD.into(),
        Some(Kind::Figure(words)) => Tag::Figure(Some(words.clone())).into(),
        Some(Kind::Paragraph) | None => Tag::P.into(),
    };
    let held = children.get_mut(at).map(std::mem::take).unwrap_or_default();
    let mut group = TagGroup::new(tag);
    for child in held {
        match child {
            Child::Node(node) => group.push(self::group(set, children, node)),
            Child::Content(identifier) => group.push(identifier),
        }
    }
    group.into()
}
