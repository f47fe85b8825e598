//! Opening hours as sources write them.

use doorstep_shared::{HalfHour, Span};

/// What a nursery must be open at least, in half-hours: nobody can book less.
const LEAST: u8 = 2;

/// Minutes since midnight of `7:00`, `07:00` or `7`.
fn minutes(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':').unwrap_or((text, "0"));
    let number = |text: &str, digits: usize| {
        let good = (1..=digits).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        good.then(|| text.parse::<u32>().ok()).flatten()
    };
    let (hours, minutes) = (number(hours.trim(), 2)?, number(minutes.trim(), 2)?);
    (hours <= 24 && minutes < 60).then_some(hours * 60 + minutes)
}

/// Opening hours, and what had to be changed to get them.
///
/// They are cut to whole half-hours and end at midnight: never longer than what is told.
///
/// # Errors
/// When they cannot be read, or nothing remains.
pub fn from_clock_times(opens: &str, closes: &str) -> Result<(Span, Option<String>), String> {
    let unreadable = || format!("opening hours {opens:?} to {closes:?} cannot be read");
    let (from, until) = (minutes(opens).ok_or_else(unreadable)?, minutes(closes).ok_or_else(unreadable)?);
    // 0:00 as an end is midnight; an end before the beginning lies in the next day.
    let to = if until <= from { 24 * 60 } else { until };
    let half_hour = |index: u32| u8::try_from(index).ok().and_then(HalfHour::new);
    let span = half_hour(from.div_ceil(30)).zip(half_hour(to / 30)).and_then(|(from, to)| Span::new(from, to));
    let span = span.filter(|span| span.half_hours() >= LEAST);
    let span = span.ok_or_else(|| format!("opening hours {opens} to {closes} are shorter than an hour"))?;
    let past_midnight = until <= from && until != 0;
    let correction = match (past_midnight, from % 30 != 0 || to % 30 != 0) {
        (true, _) => Some(format!("opening hours {opens} to {closes} end at midnight here: {span}")),
        (false, true) => Some(format!("opening hours {opens} to {closes} are cut to half-hours: {span}")),
        (false, false) => None,
    };
    Ok((span, correction))
}

/// The same from one text, `7:00-19:00`.
///
/// # Errors
/// As [`from_clock_times`].
pub fn from_text(text: &str) -> Result<(Span, Option<String>), String> {
    let parts = text.split_once(['-', '–', '—', '~', '～', '至']);
    let (opens, closes) = parts.ok_or_else(|| format!("opening hours {text:?} cannot be read"))?;
    from_clock_times(opens.trim(), closes.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_cut_to_half_hours_and_never_grow() {
        let cases = [
            ("7:00-19:00", Some("07:00–19:00"), false),
            ("07:30–18:00", Some("07:30–18:00"), false),
            ("7-19", Some("07:00–19:00"), false),
            ("7:45-19:45", Some("08:00–19:30"), true),
            ("06:45-19:15", Some("07:00–19:00"), true),
            ("7:00-0:00", Some("07:00–24:00"), false),
            ("7:00-24:00", Some("07:00–24:00"), false),
            ("8:00-3:00", Some("08:00–24:00"), true),
            ("00:00-00:01", None, false),
            ("8:10-8:55", None, false),
            ("closed", None, false),
            ("25:00-26:00", None, false),
            ("-7:00", None, false),
        ];
        for (text, span, corrected) in cases {
            let found = from_text(text).ok();
            assert_eq!(found.as_ref().map(|(span, _)| span.to_string()).as_deref(), span, "{text}");
            assert_eq!(found.is_some_and(|(_, correction)| correction.is_some()), corrected, "{text}");
        }
    }
}
