//! Rows of a table that are measured in turns.

use super::{Signed, mac};
use std::hint::black_box;
use std::time::Instant;

/// The number of calls in a batch, which takes longer than the clock's resolution and less than a
/// scheduler's time slice.
const BATCH: usize = 64;

/// A way to sign, or a floor.
pub struct Row<'a> {
    name: &'static str,
    /// The highest accepted ratio of this row, if there is one.
    limit: Option<f64>,
    /// Runs a batch of calls. The argument is the number of the first call.
    batch: Box<dyn FnMut(usize) + 'a>,
    /// Nanoseconds per call, one value for each round.
    times: Vec<f64>,
}

impl<'a> Row<'a> {
    pub fn new<T>(
        name: &'static str,
        limit: impl Into<Option<f64>>,
        mut call: impl FnMut(usize) -> T + 'a,
    ) -> Self {
        Row {
            name,
            limit: limit.into(),
            batch: Box::new(move |first| {
                for number in first..first + BATCH {
                    black_box(call(black_box(number)));
                }
            }),
            times: Vec::new(),
        }
    }

    /// Returns the median, and the highest time of the fastest tenth of the rounds, which is the
    /// cost without other programs.
    fn median_and_fastest(&mut self) -> (f64, f64) {
        self.times.sort_by(f64::total_cmp);
        let count = self.times.len();
        (self.times[count / 2], self.times[count / 10])
    }

    /// Counts the allocations of one call that isn't the first.
    fn allocations(&mut self) -> f64 {
        (self.batch)(0);
        let counted = allocation_counter::measure(|| (self.batch)(0));
        counted.count_total as f64 / BATCH as f64
    }
}

/// The measurement of a row.
pub struct Measured {
    pub name: &'static str,
    /// The fastest tenth of the rounds, as a multiple of the floor's.
    pub fastest: f64,
    pub allocations: f64,
}

/// Measures rows in turns. The first one is the floor.
pub fn compare(case: &str, mut rows: Vec<Row>, rounds: usize) -> Vec<Measured> {
    for round in 0..rounds {
        for row in &mut rows {
            let start = Instant::now();
            (row.batch)(round * BATCH);
            let time = start.elapsed().as_nanos() as f64 / BATCH as f64;
            row.times.push(time);
        }
    }
    println!("\n{case}");
    println!(" ratio  fastest  limit      ns  allocations");
    let floor = rows[0].median_and_fastest();
    let mut measured = Vec::new();
    for row in &mut rows {
        let time = row.median_and_fastest();
        let (fastest, allocations) = (time.1 / floor.1, row.allocations());
        let limit = row.limit.map(|limit| format!("{limit:.2}"));
        println!(
            "{:6.2}  {:7.2}  {:>5}  {:6.0}  {:11.2}  {}",
            time.0 / floor.0,
            fastest,
            limit.unwrap_or_default(),
            time.0,
            allocations,
            row.name,
        );
        measured.push(Measured {
            name: row.name,
            fastest,
            allocations,
        });
    }
    measured
}

pub fn floor_rows<'a>(signed: &Signed) -> Vec<Row<'a>> {
    let (mut floor, mut derived) = (signed.floor(), signed.floor());
    vec![
        Row::new("floor", None, move |_| floor.run()),
        Row::new("floor with the key derived each time", None, move |_| {
            derived.run_with_derivation()
        }),
    ]
}

/// Returns the floor of a signature that consists of one HMAC.
pub fn mac_floor_row<'a>(signed: &mac::Signed) -> Row<'a> {
    let mut floor = signed.floor();
    Row::new("floor", None, move |_| floor.run())
}
