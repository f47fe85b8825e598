//! When vouchers of a campaign can be claimed.

use doorstep_shared::{
    Date, HalfHour, Timestamp,
    vouchers::{ClaimState, WaveState},
};

/// What a campaign's time goes by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing {
    pub paused: bool,
    pub closed: bool,
    /// Last day on which its vouchers are good.
    pub valid_until: Date,
    /// In order.
    pub waves: Vec<WaveTime>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaveTime {
    pub opens_at: Timestamp,
    pub closes_at: Option<Timestamp>,
    pub stock: u32,
    pub issued: u32,
}

impl WaveTime {
    pub fn left(self) -> u32 {
        self.stock.saturating_sub(self.issued)
    }
}

/// Whether something can be claimed at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    pub state: ClaimState,
    /// The wave that is open, from 0; none when none is, or its vouchers are claimed.
    pub wave: Option<usize>,
    /// When the next wave opens.
    pub opens_at: Option<Timestamp>,
}

impl Timing {
    pub fn closes_at(&self, wave: usize) -> Timestamp {
        let own = self.waves.get(wave).and_then(|wave| wave.closes_at);
        let next = self.waves.get(wave + 1).map(|wave| wave.opens_at);
        own.or(next).unwrap_or_else(|| Timestamp::at(self.valid_until, HalfHour::END_OF_DAY))
    }

    pub fn at(&self, now: Timestamp) -> Opening {
        let opens_at = self.waves.iter().map(|wave| wave.opens_at).find(|opens_at| *opens_at > now);
        let begun = self.waves.iter().rposition(|wave| wave.opens_at <= now);
        let open = begun.filter(|wave| now < self.closes_at(*wave));
        let some = open.filter(|open| self.waves.get(*open).is_some_and(|wave| wave.left() > 0));
        let state = match (open, some, opens_at) {
            _ if self.closed => ClaimState::Closed,
            (None, _, None) => ClaimState::Closed,
            _ if self.paused => ClaimState::Paused,
            (_, Some(_), _) => ClaimState::Open,
            (Some(_), None, _) => ClaimState::SoldOut,
            (None, None, Some(_)) => ClaimState::Coming,
        };
        let wave = some.filter(|_| state == ClaimState::Open);
        Opening { state, wave, opens_at: opens_at.filter(|_| state != ClaimState::Closed) }
    }

    pub fn wave_state(&self, wave: usize, now: Timestamp) -> WaveState {
        let Some(time) = self.waves.get(wave) else { return WaveState::Closed };
        if self.closed || now >= self.closes_at(wave) {
            WaveState::Closed
        } else if self.paused {
            WaveState::Paused
        } else if now < time.opens_at {
            WaveState::Coming
        } else if time.left() == 0 {
            WaveState::SoldOut
        } else {
            WaveState::Open
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        serde_json::from_value(format!("2026-12-{text}:00+08:00").into()).unwrap()
    }

    fn timing() -> Timing {
        let wave = |opens: &str, closes: Option<&str>, issued| WaveTime {
            opens_at: at(opens),
            closes_at: closes.map(at),
            stock: 10,
            issued,
        };
        let waves = vec![wave("01T10:00", Some("02T10:00"), 9), wave("05T10:00", None, 10), wave("10T10:00", None, 0)];
        Timing { paused: false, closed: false, valid_until: "2026-12-31".parse().unwrap(), waves }
    }

    #[test]
    fn a_wave_opens_by_the_clock_and_to_the_second() {
        use ClaimState as S;
        let cases = [
            ("01T09:59", S::Coming, None, Some("01T10:00")),
            ("01T10:00", S::Open, Some(0), Some("05T10:00")),
            ("02T09:59", S::Open, Some(0), Some("05T10:00")),
            ("02T10:00", S::Coming, None, Some("05T10:00")),
            ("05T10:00", S::SoldOut, None, Some("10T10:00")),
            ("10T09:59", S::SoldOut, None, Some("10T10:00")),
            ("10T10:00", S::Open, Some(2), None),
            ("31T23:59", S::Open, Some(2), None),
        ];
        for (now, state, wave, opens_at) in cases {
            let opening = Opening { state, wave, opens_at: opens_at.map(at) };
            assert_eq!(timing().at(at(now)), opening, "{now}");
        }
        let over = Timestamp::at("2027-01-01".parse().unwrap(), HalfHour::MIDNIGHT);
        assert_eq!(timing().at(over), Opening { state: S::Closed, wave: None, opens_at: None });
    }

    #[test]
    fn what_is_paused_goes_on_later_and_what_is_closed_does_not() {
        let paused = Timing { paused: true, ..timing() };
        let opening = paused.at(at("01T12:00"));
        assert_eq!((opening.state, opening.wave), (ClaimState::Paused, None));
        let closed = Timing { closed: true, paused: true, ..timing() };
        assert_eq!(closed.at(at("01T12:00")), Opening { state: ClaimState::Closed, wave: None, opens_at: None });
        let states = |timing: &Timing| [0, 1, 2].map(|wave| timing.wave_state(wave, at("05T12:00")));
        assert_eq!(states(&timing()), [WaveState::Closed, WaveState::SoldOut, WaveState::Coming]);
        assert_eq!(states(&paused), [WaveState::Closed, WaveState::Paused, WaveState::Paused]);
        assert_eq!(states(&closed), [WaveState::Closed; 3]);
    }
}
