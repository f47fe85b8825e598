//! The absolute state of a class-day, as a change row carries it.

use doorstep_shared::{HalfHour, Span, Timestamp, time::HALF_HOURS};

use super::{
    rules::Used,
    seats::{Limits, PerHalfHour},
};

/// A place kept for a family until a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    pub span: Span,
    /// Not kept any more at that moment.
    pub until: Timestamp,
}

/// Places in use, open holds included, what limits places on that date, and those holds, so that a reader can time them
/// out by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    pub used: Used,
    pub limits: Limits,
    pub holds: Vec<Hold>,
}

/// From, to, and microseconds since 1970.
const HOLD_BYTES: usize = 10;

impl State {
    /// 48 bytes of places in use, a byte that tells which limits follow, 48 bytes for each of them, then ten bytes for
    /// each hold.
    pub fn encode(used: &Used, limits: &Limits, holds: &[Hold]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(used.as_bytes().len() + 1 + holds.len() * HOLD_BYTES);
        bytes.extend_from_slice(used.as_bytes());
        bytes.push(u8::from(limits.carers.is_some()) | u8::from(limits.allowed.is_some()) << 1);
        for limit in limits.carers.iter().chain(&limits.allowed) {
            bytes.extend_from_slice(limit.as_bytes());
        }
        for hold in holds {
            bytes.extend_from_slice(&[hold.span.from.index(), hold.span.to.index()]);
            bytes.extend_from_slice(&hold.until.micros().to_le_bytes());
        }
        bytes
    }

    /// None when the bytes are not such a state.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (used, rest) = bytes.split_at_checked(HALF_HOURS)?;
        let (follow, mut rest) = rest.split_first()?;
        let mut limit = |bit: u8| {
            if follow >> bit & 1 == 0 {
                return Some(None);
            }
            let (limit, after) = rest.split_at_checked(HALF_HOURS)?;
            rest = after;
            Some(Some(PerHalfHour::from_bytes(limit)?))
        };
        let limits = Limits { carers: limit(0)?, allowed: limit(1)? };
        let (holds, []) = rest.as_chunks::<HOLD_BYTES>() else { return None };
        let hold = |[from, to, until @ ..]: &[u8; HOLD_BYTES]| {
            Some(Hold {
                span: Span::new(HalfHour::new(*from)?, HalfHour::new(*to)?)?,
                until: Timestamp::from_micros(i64::from_le_bytes(*until))?,
            })
        };
        Some(Self { used: Used::from_bytes(used)?, limits, holds: holds.iter().map(hold).collect::<Option<_>>()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_survives_the_journey() {
        let span: Span = "09:00-11:00".parse().unwrap();
        let mut used = Used::NOBODY;
        used.add(span);
        let holds = vec![Hold { span, until: Timestamp::from_micros(1_795_000_000_000_001).unwrap() }; 2];
        let number = |number| Some(PerHalfHour::new([number; HALF_HOURS]));
        for (carers, allowed) in [(None, None), (number(3), None), (None, number(9)), (number(2), number(8))] {
            let limits = Limits { carers, allowed };
            let bytes = State::encode(&used, &limits, &holds);
            assert_eq!(State::decode(&bytes), Some(State { used, limits, holds: holds.clone() }));
            assert_eq!(State::decode(&bytes[..bytes.len() - 1]), None);
        }
        assert_eq!(State::decode(&[]), None);
    }
}
