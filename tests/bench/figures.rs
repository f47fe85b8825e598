//! The table of figures.

use std::fmt;

#[derive(Clone, Copy, Debug)]
pub enum Goal {
    AtLeast(f64),
    AtMost(f64),
    /// A count that must be so; anything else fails the bench.
    Exactly(f64),
    /// For orientation.
    None,
}

impl Goal {
    fn met(self, value: f64) -> bool {
        match self {
            Self::AtLeast(goal) => value >= goal,
            Self::AtMost(goal) => value <= goal,
            Self::Exactly(goal) => value == goal,
            Self::None => true,
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(goal) => write!(f, "≥ {goal}"),
            Self::AtMost(goal) => write!(f, "≤ {goal}"),
            Self::Exactly(goal) => write!(f, "= {goal}"),
            Self::None => f.write_str("–"),
        }
    }
}

struct Figure {
    name: &'static str,
    value: f64,
    unit: &'static str,
    goal: Goal,
    /// What the value was made from, for orientation: ours, the peer's, the spread.
    from: String,
}

#[derive(Default)]
pub struct Figures(Vec<Figure>);

impl Figures {
    pub fn add(&mut self, name: &'static str, value: f64, unit: &'static str, goal: Goal, from: impl Into<String>) {
        let figure = Figure { name, value, unit, goal, from: from.into() };
        println!("   {} {} {} ({}) {}", name, round(value), unit, goal, figure.from);
        self.0.push(figure);
    }

    /// Adds the ratio of ours to the peer's over rounds run in pairs.
    pub fn add_ratio(&mut self, name: &'static str, goal: Goal, unit: &str, rounds: &[(f64, f64)]) {
        let ratios: Vec<f64> = rounds.iter().map(|(ours, peer)| ours / peer).collect();
        let column = |pick: fn(&(f64, f64)) -> f64| median(&rounds.iter().map(pick).collect::<Vec<_>>());
        let (least, most) = ratios.iter().fold((f64::MAX, f64::MIN), |(a, b), ratio| (a.min(*ratio), b.max(*ratio)));
        let from = format!(
            "ours {} {unit}, peer {} {unit}, {} rounds, ratios {} to {}",
            round(column(|pair| pair.0)),
            round(column(|pair| pair.1)),
            rounds.len(),
            round(least),
            round(most)
        );
        self.add(name, median(&ratios), "ratio", goal, from);
    }

    /// Adds to a count that must be 0, of so many; several parts count the same.
    pub fn count(&mut self, name: &'static str, found: i64, of: i64) {
        let (mut value, mut among) = (found as f64, of);
        if let Some(at) = self.0.iter().position(|figure| figure.name == name) {
            let before = self.0.remove(at);
            value += before.value;
            among += before.from.split(' ').find_map(|word| word.parse::<i64>().ok()).unwrap_or_default();
        }
        self.add(name, value, "count", Goal::Exactly(0.0), format!("of {among} bookings"));
    }

    /// Whether a count that must be exact is not.
    pub fn broken(&self) -> bool {
        self.0.iter().any(|figure| matches!(figure.goal, Goal::Exactly(_)) && !figure.goal.met(figure.value))
    }
}

pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Three significant digits.
fn round(value: f64) -> String {
    let digits = if value == 0.0 || !value.is_finite() { 0 } else { 2 - value.abs().log10().floor() as i32 };
    format!("{value:.*}", digits.clamp(0, 6) as usize)
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{:<30} {:>12} {:<6} {:>8}  ", "figure", "value", "unit", "goal")?;
        for figure in &self.0 {
            let verdict = if figure.goal.met(figure.value) { "" } else { "MISSED" };
            let value = round(figure.value);
            writeln!(
                f,
                "{:<30} {value:>12} {:<6} {:>8}  {verdict:<7}{}",
                figure.name,
                figure.unit,
                figure.goal.to_string(),
                figure.from
            )?;
        }
        writeln!(f)?;
        for figure in &self.0 {
            writeln!(f, "figure {} {} {}", figure.name, round(figure.value), figure.unit)?;
        }
        Ok(())
    }
}
