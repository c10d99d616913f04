//! Charts as SVG made on the server: pure functions from numbers to text. Each page puts the same
//! numbers into a table beside it.

use std::fmt::Write;

use kernel::Year;
use web::ui::escape;

/// One line of a chart: a name, how it is drawn, and its points by year.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its name, in the reader's language.
    pub name: String,
    /// How it is drawn.
    pub stroke: Stroke,
    /// Year and figure, in order of years.
    pub points: Vec<(Year, f64)>,
}

/// How a line is drawn: each differs in shape, not in colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stroke {
    /// What happened: solid, with round points.
    Actual,
    /// What a person planned: dashed, with square points.
    Planned,
    /// A straight line to compare with, promised by nobody: dotted, without points.
    Reference,
}

impl Stroke {
    const fn class(self) -> &'static str {
        match self {
            Self::Actual => "actual",
            Self::Planned => "planned",
            Self::Reference => "reference",
        }
    }

    const fn dashes(self) -> &'static str {
        match self {
            Self::Actual => "",
            Self::Planned => r#" stroke-dasharray="9 5""#,
            Self::Reference => r#" stroke-dasharray="2 5""#,
        }
    }
}

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 280.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 20.0;
const BOTTOM: f64 = 34.0;

/// Lines over the years `from` to `to`. `goal` is drawn as a level with its name. `words` says the
/// whole to those who do not see it. Without any figure there is no chart.
pub fn lines(
    from: Year,
    to: Year,
    goal: Option<(f64, &str)>,
    series: &[Series],
    words: &str,
) -> Option<String> {
    let figures = series.iter().flat_map(|one| one.points.iter().map(|(_, value)| *value));
    let highest =
        figures.chain(goal.map(|(value, _)| value)).filter(|value| value.is_finite()).fold(0.0, f64::max);
    if highest <= 0.0 || to < from {
        return None;
    }
    let scale = Scale { from, to, top: nice(highest) };
    let mut svg = format!(
        r#"<svg class="chart" role="img" aria-label="{}" viewBox="0 0 {WIDTH} {HEIGHT}">"#,
        escape(words)
    );
    axes(&mut svg, &scale);
    if let Some((value, name)) = goal {
        let y = scale.y(value);
        let _ = write!(
            svg,
            r#"<line class="goal" x1="{LEFT}" x2="{}" y1="{y:.1}" y2="{y:.1}" stroke="currentColor" stroke-width="1.5"/><text class="goal" x="{LEFT}" dx="4" y="{:.1}" fill="currentColor" font-size="13">{}</text>"#,
            WIDTH - RIGHT,
            y - 5.0,
            escape(name)
        );
    }
    for one in series.iter().filter(|one| !one.points.is_empty()) {
        draw(&mut svg, &scale, one);
    }
    svg.push_str("</svg>");
    Some(svg)
}

struct Scale {
    from: Year,
    to: Year,
    top: f64,
}

impl Scale {
    fn x(&self, year: Year) -> f64 {
        let span = f64::from(self.to - self.from).max(1.0);
        LEFT + 14.0 + f64::from(year - self.from) / span * (WIDTH - LEFT - RIGHT - 28.0)
    }

    fn y(&self, value: f64) -> f64 {
        HEIGHT - BOTTOM - value.clamp(0.0, self.top) / self.top * (HEIGHT - TOP - BOTTOM)
    }
}

fn axes(svg: &mut String, scale: &Scale) {
    for step in 0..=4 {
        let value = scale.top * f64::from(step) / 4.0;
        let y = scale.y(value);
        let _ = write!(
            svg,
            r#"<line class="grid" x1="{LEFT}" x2="{}" y1="{y:.1}" y2="{y:.1}" stroke="currentColor" stroke-opacity=".18"/><text x="{}" y="{:.1}" text-anchor="end" fill="currentColor" font-size="13">{}</text>"#,
            WIDTH - RIGHT,
            LEFT - 8.0,
            y + 4.0,
            short(value)
        );
    }
    for year in scale.from..=scale.to {
        let _ = write!(
            svg,
            r#"<text x="{:.1}" y="{}" text-anchor="middle" fill="currentColor" font-size="13">{year}</text>"#,
            scale.x(year),
            HEIGHT - 12.0
        );
    }
}

fn draw(svg: &mut String, scale: &Scale, one: &Series) {
    let at = |(year, value): &(Year, f64)| (scale.x(*year), scale.y(*value));
    let path: Vec<String> = one.points.iter().map(at).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let _ = write!(
        svg,
        r#"<g class="series {}"><title>{}</title><polyline fill="none" stroke="currentColor" stroke-width="2.5"{} points="{}"/>"#,
        one.stroke.class(),
        escape(&one.name),
        one.stroke.dashes(),
        path.join(" ")
    );
    for point in &one.points {
        let (x, y) = at(point);
        match one.stroke {
            Stroke::Actual => {
                let _ = write!(svg, r#"<circle cx="{x:.1}" cy="{y:.1}" r="4.5" fill="currentColor"/>"#);
            }
            Stroke::Planned => {
                let (x, y) = (x - 4.0, y - 4.0);
                let _ =
                    write!(svg, r#"<rect x="{x:.1}" y="{y:.1}" width="8" height="8" fill="currentColor"/>"#);
            }
            Stroke::Reference => {}
        }
    }
    svg.push_str("</g>");
}

/// A round number at or above: 1, 2, 4, 5, 8 or 10 times a power of ten, so that quarters are round.
pub fn nice(value: f64) -> f64 {
    if !value.is_finite() || value <= 0.0 {
        return 1.0;
    }
    let power = 10f64.powf(value.log10().floor());
    let steps = [1.0, 2.0, 4.0, 6.0, 8.0];
    steps.into_iter().map(|step| step * power).find(|top| *top >= value).unwrap_or(10.0 * power)
}

/// A figure of the axis, without needless noughts.
fn short(value: f64) -> String {
    if value.fract().abs() < 1e-9 {
        format!("{value:.0}")
    } else {
        format!("{value:.2}").trim_end_matches('0').to_owned()
    }
}

/// The shade of a figure on a map of five steps, 0 the lightest: fifths of the highest figure.
/// Nothing is always the lightest; the lowest step begins above nothing.
pub fn shade(value: i64, highest: i64) -> u8 {
    if value <= 0 || highest <= 0 {
        return 0;
    }
    let step = (value.saturating_mul(5) - 1) / highest;
    u8::try_from(step.clamp(0, 4)).unwrap_or(4)
}

/// The lowest and highest figure of each of the five steps; steps without a whole number are left out.
pub fn legend(highest: i64) -> Vec<(u8, i64, i64)> {
    let mut steps: Vec<(u8, i64, i64)> = Vec::new();
    let low = |step: i64| if step == 0 { 0 } else { step * highest / 5 + 1 };
    for step in 0..5 {
        let (from, to) = (low(step), ((step + 1) * highest) / 5);
        if from <= to
            && let Ok(shade) = u8::try_from(step)
        {
            steps.push((shade, from, to));
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(points: Vec<(Year, f64)>) -> Option<String> {
        let series = [Series { name: "已<完成>".into(), stroke: Stroke::Actual, points }];
        lines(2021, 2025, Some((500.0, "目标 500")), &series, "到 2025 年 & 以后")
    }

    #[test]
    fn a_chart_names_its_years_its_goal_and_what_it_says() {
        let svg = chart(vec![(2021, 90.0), (2022, 180.0)]).unwrap();
        for part in ["2021", "2025", "目标 500", "aria-label=\"到 2025 年 &amp; 以后\"", "已&lt;完成&gt;"]
        {
            assert!(svg.contains(part), "{part} in {svg}");
        }
        assert_eq!(svg.matches("<circle").count(), 2);
        assert!(!svg.contains("style="));
    }

    #[test]
    fn higher_figures_stand_higher() {
        let svg = chart(vec![(2021, 90.0), (2022, 180.0)]).unwrap();
        let heights: Vec<f64> =
            svg.split("cy=\"").skip(1).map(|rest| rest.split('"').next().unwrap().parse().unwrap()).collect();
        assert!(heights[0] > heights[1], "{heights:?}");
    }

    #[test]
    fn without_figures_there_is_no_chart() {
        assert_eq!(lines(2021, 2025, None, &[], ""), None);
        assert_eq!(lines(2021, 2025, Some((f64::NAN, "")), &[], ""), None);
    }

    #[test]
    fn the_axis_ends_on_a_round_number() {
        for (value, top) in
            [(500.0, 600.0), (300.0, 400.0), (2.5, 4.0), (1.0, 1.0), (16.0, 20.0), (9.5, 10.0)]
        {
            assert!((nice(value) - top).abs() < 1e-9, "{value}: {}", nice(value));
        }
    }

    #[test]
    fn every_figure_falls_into_the_step_that_the_legend_gives_it() {
        for highest in [1, 3, 4, 5, 7, 63, 1000] {
            let steps = legend(highest);
            for value in 0..=highest {
                let step = steps.iter().find(|(_, from, to)| (*from..=*to).contains(&value));
                assert_eq!(
                    step.map(|(shade, ..)| *shade),
                    Some(shade(value, highest)),
                    "{value} of {highest}"
                );
            }
        }
    }

    #[test]
    fn a_map_without_figures_is_all_light() {
        assert_eq!(shade(0, 0), 0);
        assert_eq!(legend(0), [(0, 0, 0)]);
    }
}
