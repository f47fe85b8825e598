//! What collecting a child late costs.

use chrono::Duration;

use crate::{money::Fen, time::Timestamp};

const HALF_HOUR_MS: u32 = 30 * 60 * 1_000;

/// Half-hours begun after the end of care, when a child was collected at `out`. None within the free minutes; after them
/// every half-hour that has begun since the end of care counts.
pub fn half_hours(ends: Timestamp, out: Timestamp, free_minutes: u16) -> u32 {
    let late = out - ends;
    if late <= Duration::minutes(free_minutes.into()) {
        return 0;
    }
    let late_ms = u32::try_from(late.num_milliseconds()).unwrap_or(u32::MAX);
    late_ms.div_ceil(HALF_HOUR_MS)
}

/// What they cost, each at `half_hour_fen`.
pub fn cost(half_hours: u32, half_hour_fen: Fen) -> Fen {
    Fen(i64::from(half_hours).saturating_mul(half_hour_fen.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_pick_up_is_charged_by_the_half_hour_begun() {
        let ends = Timestamp::at("2026-11-23".parse().unwrap(), "17:30".parse().unwrap());
        // Ten minutes are free, a half-hour costs 15 yuan.
        let cases = [
            ("17:20, before the end", -600, 0, 0),
            ("17:30 sharp", 0, 0, 0),
            ("17:40 sharp, the last free moment", 600, 0, 0),
            ("17:40:01, counted from 17:30", 601, 1, 1_500),
            ("18:00 sharp, one half-hour", 1_800, 1, 1_500),
            ("18:00:01, the second has begun", 1_801, 2, 3_000),
            ("18:47, two and a half: three", 77 * 60, 3, 4_500),
        ];
        for (name, seconds, units, fen) in cases {
            let found = half_hours(ends, ends + Duration::seconds(seconds), 10);
            assert_eq!((found, cost(found, Fen(1_500))), (units, Fen(fen)), "{name}");
        }
        assert_eq!(half_hours(ends, ends + Duration::milliseconds(1), 0), 1, "nothing is free");
        assert_eq!(cost(2, Fen::ZERO), Fen::ZERO, "what is on no price list costs nothing");
    }
}
