//! The absolute state of a class-day, as a change row carries it.

use doorstep_shared::{HalfHour, Span, Timestamp};

use super::rules::Used;

/// A place kept for a family until a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    pub span: Span,
    /// Not kept any more at that moment.
    pub until: Timestamp,
}

/// Places in use, open holds included, and those holds, so that a reader can time them out by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    pub used: Used,
    pub holds: Vec<Hold>,
}

/// From, to, and microseconds since 1970.
const HOLD_BYTES: usize = 10;

impl State {
    /// 48 bytes of places in use, then ten bytes for each hold.
    pub fn encode(used: &Used, holds: &[Hold]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(used.as_bytes().len() + holds.len() * HOLD_BYTES);
        bytes.extend_from_slice(used.as_bytes());
        for hold in holds {
            bytes.extend_from_slice(&[hold.span.from.index(), hold.span.to.index()]);
            bytes.extend_from_slice(&hold.until.micros().to_le_bytes());
        }
        bytes
    }

    /// None when the bytes are not such a state.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (used, holds) = bytes.split_at_checked(doorstep_shared::time::HALF_HOURS)?;
        let (holds, []) = holds.as_chunks::<HOLD_BYTES>() else { return None };
        let hold = |[from, to, until @ ..]: &[u8; HOLD_BYTES]| {
            Some(Hold {
                span: Span::new(HalfHour::new(*from)?, HalfHour::new(*to)?)?,
                until: Timestamp::from_micros(i64::from_le_bytes(*until))?,
            })
        };
        Some(Self { used: Used::from_bytes(used)?, holds: holds.iter().map(hold).collect::<Option<_>>()? })
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
        let bytes = State::encode(&used, &holds);
        assert_eq!(State::decode(&bytes), Some(State { used, holds }));
        assert_eq!(State::decode(&bytes[..57]), None);
        assert_eq!(State::decode(&[]), None);
    }
}
