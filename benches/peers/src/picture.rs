//! The picture in `benches/README.md`: two bars for each crate.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::error::Error;
use std::path::Path;

pub struct Bar {
    pub name: &'static str,
    /// The time for a URL as a multiple of the floor.
    pub ratio: f64,
    /// The number of crates in the dependency tree.
    pub crates: u32,
}

const WIDTH: u32 = 760;
const ROW: i32 = 30;
const TOP: i32 = 36;
/// The left edges of the bars, and the length of the longest.
const COLUMNS: [i32; 2] = [190, 490];
const LENGTH: f64 = 210.0;

/// The colour of text where the style below doesn't apply.
const TEXT: RGBColor = RGBColor(128, 128, 128);
const PRESIGN: RGBColor = RGBColor(31, 136, 229);
const OTHERS: RGBColor = RGBColor(138, 148, 158);

/// Text is dark on a light page and light on a dark one. The background is transparent.
const STYLE: &str = "<style>text { fill: #24292f } @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } }</style>";

/// Draws the bars into `benches/peers.svg`.
pub fn draw(bars: &[Bar]) -> Result<(), Box<dyn Error>> {
    let height = TOP + ROW * i32::try_from(bars.len())? + 8;
    let mut svg = String::new();
    {
        let root =
            SVGBackend::with_string(&mut svg, (WIDTH, height.unsigned_abs())).into_drawing_area();
        let font = |size| ("sans-serif", size).into_font().color(&TEXT);
        let left = font(14).pos(Pos::new(HPos::Left, VPos::Center));
        let right = font(14).pos(Pos::new(HPos::Right, VPos::Center));
        let titles = [
            "time for a URL, hash floor = 1",
            "crates in the dependency tree",
        ];
        for (title, x) in titles.into_iter().zip(COLUMNS) {
            root.draw(&Text::new(title, (x, 16), left.clone()))?;
        }
        let longest = |value: fn(&Bar) -> f64| bars.iter().map(value).fold(1.0, f64::max);
        let values: [fn(&Bar) -> f64; 2] = [|bar| bar.ratio, |bar| bar.crates.into()];
        let scales = values.map(|value| LENGTH / longest(value));
        for (row, bar) in (0..).zip(bars) {
            let y = TOP + ROW * row + ROW / 2;
            root.draw(&Text::new(bar.name, (COLUMNS[0] - 10, y), right.clone()))?;
            let labels = [format!("{:.1}", bar.ratio), bar.crates.to_string()];
            let is_ours = bar.name.starts_with("presign");
            let color = if is_ours { PRESIGN } else { OTHERS };
            for (column, label) in labels.into_iter().enumerate() {
                let start = COLUMNS[column];
                let end = start + (values[column](bar) * scales[column]).round().max(1.0) as i32;
                let corners = [(start, y - 9), (end, y + 9)];
                root.draw(&Rectangle::new(corners, color.filled()))?;
                root.draw(&Text::new(label, (end + 6, y), left.clone()))?;
            }
        }
        root.present()?;
    }
    let (head, body) = svg.split_once(">\n").ok_or("no end of the first element")?;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../peers.svg");
    std::fs::write(&path, format!("{head}>\n{STYLE}\n{body}"))?;
    println!("\ndrawn: benches/peers.svg");
    Ok(())
}
