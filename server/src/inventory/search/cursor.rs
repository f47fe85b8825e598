//! Where the next page begins: behind the sort key of the last nursery shown, so that pages neither repeat nor skip
//! what was there all along while places come and go.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use doorstep_shared::{Fen, geo::Point, ids::NurseryId, slots::SlotSort};

use super::{Hit, question::Question};

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cursor {
    pub sort: SlotSort,
    price_fen: Fen,
    gap: u64,
    id: NurseryId,
    /// From where distances were measured, when the request named no point.
    pub origin: Option<Point>,
}

impl Cursor {
    pub fn behind(question: &Question, hit: &Hit<'_>) -> Self {
        let (price_fen, gap, id) = hit.key();
        Self { sort: question.sort, price_fen, gap, id, origin: (!question.located).then_some(question.origin) }
    }

    pub fn key(&self) -> (Fen, u64, NurseryId) {
        (self.price_fen, self.gap, self.id)
    }

    pub fn encode(&self) -> String {
        let mut bytes = Vec::with_capacity(49);
        bytes.push(u8::from(self.sort == SlotSort::Price));
        bytes.extend_from_slice(&self.price_fen.0.to_be_bytes());
        bytes.extend_from_slice(&self.gap.to_be_bytes());
        bytes.extend_from_slice(self.id.0.as_bytes());
        if let Some(Point { lat, lng }) = self.origin {
            bytes.extend_from_slice(&lat.to_be_bytes());
            bytes.extend_from_slice(&lng.to_be_bytes());
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// None when the text is not a cursor.
    pub fn decode(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (sort, rest) = bytes.split_first()?;
        let (price, rest) = rest.split_first_chunk::<8>()?;
        let (gap, rest) = rest.split_first_chunk::<8>()?;
        let (id, rest) = rest.split_first_chunk::<16>()?;
        let origin = match rest.split_first_chunk::<8>() {
            None if rest.is_empty() => None,
            None => return None,
            Some((lat, lng)) => {
                let (lat, lng) = (f64::from_be_bytes(*lat), f64::from_be_bytes(lng.try_into().ok()?));
                Some(Point::new(lat, lng)?)
            }
        };
        Some(Self {
            sort: match sort {
                0 => SlotSort::Distance,
                1 => SlotSort::Price,
                _ => return None,
            },
            price_fen: Fen(i64::from_be_bytes(*price)),
            gap: u64::from_be_bytes(*gap),
            id: NurseryId(uuid::Uuid::from_bytes(*id)),
            origin,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_journey() {
        for origin in [None, Point::new(31.5, 120.3)] {
            let cursor = Cursor { sort: SlotSort::Price, price_fen: Fen(9_000), gap: 7, id: NurseryId::new(), origin };
            let text = cursor.encode();
            assert_eq!(Cursor::decode(&text), Some(cursor));
            assert_eq!(Cursor::decode(&text[..text.len() - 2]), None);
        }
        for text in ["", "x", "AAAA", "ü", "////"] {
            assert_eq!(Cursor::decode(text), None, "{text}");
        }
    }
}
