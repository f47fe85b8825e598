//! What shows quickly what a nursery has for a child: a few bytes of each class, side by side for the whole city. Most
//! nurseries that a search meets are passed over by them, and the facets are counted from them, without a look at the
//! nursery itself.

use std::collections::BTreeMap;

use doorstep_shared::{
    Fen,
    care::{CareKind, ClassKind, NurseryKind},
    ids::OfferId,
};
use uuid::Uuid;

use super::nursery::{Class, Nursery, Sale};

/// The bit of a pair of kinds, of which depends whom a class takes.
pub fn pair(nursery: NurseryKind, class: ClassKind) -> u32 {
    1 << (nursery as u32 * ClassKind::ALL.len() as u32 + class as u32)
}

/// The bits of some kinds of care; of all when none is named.
pub fn cares(care: Option<CareKind>) -> u8 {
    care.map_or(u8::MAX, |care| 1 << care as u8)
}

/// The offers of a class, each with its windows, but for ids and prices: many classes sell the same.
pub type Range = Box<[Box<[Sale]>]>;

/// Offers of a class that can be told so quickly: a set of them fits 64 bits.
pub const MOST_OFFERS: usize = 64;

/// What a class sells, and to whom.
#[derive(Clone, Copy, Debug)]
pub struct Sells {
    /// See [`pair`].
    pub pair: u32,
    /// See [`Shelves::ranges`].
    pub range: u32,
    pub kinds: (NurseryKind, ClassKind),
    pub places: u16,
    pub carers: u16,
    /// See [`cares`].
    pub cares: u8,
}

/// A nursery: the rows of its classes, when they follow each other.
#[derive(Clone, Copy, Debug, Default)]
struct Shelf {
    first: u32,
    classes: u32,
    /// They do not, or a class has more than [`MOST_OFFERS`].
    apart: bool,
}

#[derive(Debug, Default)]
pub struct Shelves {
    /// By row. Empty where there is no class.
    sells: Vec<Option<Sells>>,
    /// By row: for each offer of its range.
    prices: Vec<Box<[Fen]>>,
    /// By slot.
    shelves: Vec<Shelf>,
    /// Every range that some class has sold, and where it is.
    pub ranges: Vec<Range>,
    known: BTreeMap<Range, u32>,
}

impl Shelves {
    /// Takes what is new of a nursery; None when the slot has become empty.
    pub fn put(&mut self, slot: u32, nursery: Option<&Nursery>) {
        let classes = nursery.map_or(&[][..], |nursery| &nursery.classes);
        let first = classes.first().map_or(0, |class| class.row);
        let mut apart = classes.iter().zip(first..).any(|(class, row)| class.row != row);
        for class in classes {
            let offers = nursery.map_or(0, |nursery| self.put_class(nursery.kind, class));
            apart |= offers > MOST_OFFERS;
        }
        self.shelves.resize(self.shelves.len().max(slot as usize + 1), Shelf::default());
        if let Some(shelf) = self.shelves.get_mut(slot as usize) {
            *shelf = Shelf { first, classes: classes.len() as u32, apart };
        }
    }

    /// Returns how many offers the class has.
    fn put_class(&mut self, nursery: NurseryKind, class: &Class) -> usize {
        let row = class.row as usize;
        let (range, prices) = range(class);
        let offers = prices.len();
        let new = self.ranges.len() as u32;
        let number = *self.known.entry(range.clone()).or_insert(new);
        if number == new {
            self.ranges.push(range);
        }
        self.sells.resize(self.sells.len().max(row + 1), None);
        self.prices.resize(self.prices.len().max(row + 1), Box::default());
        let sells = Sells {
            pair: pair(nursery, class.kind),
            range: number,
            kinds: (nursery, class.kind),
            places: class.places,
            carers: class.carers,
            cares: class.sales.iter().fold(0, |all, sale| all | cares(Some(sale.care))),
        };
        if let (Some(at_sells), Some(at_prices)) = (self.sells.get_mut(row), self.prices.get_mut(row)) {
            (*at_sells, *at_prices) = (Some(sells), prices);
        }
        offers
    }

    /// The classes of the nursery in a slot with their rows. None: they are not side by side, and nothing can be told.
    pub fn of(&self, slot: u32) -> Option<impl Iterator<Item = (Sells, u32)>> {
        let shelf = self.shelves.get(slot as usize).copied().unwrap_or_default();
        let begin = shelf.first as usize;
        let sells = self.sells.get(begin..begin + shelf.classes as usize).filter(|_| !shelf.apart)?;
        Some(sells.iter().zip(shelf.first..).filter_map(|(sells, row)| Some(((*sells)?, row))))
    }

    /// Slots that there are, empty ones too.
    pub fn slots(&self) -> std::ops::Range<u32> {
        0..self.shelves.len() as u32
    }

    /// For each offer of its range, the price of a class.
    pub fn prices(&self, row: u32) -> &[Fen] {
        self.prices.get(row as usize).map_or(&[][..], AsRef::as_ref)
    }
}

/// What a class sells, in an order that does not depend on prices, and the prices in that order.
fn range(class: &Class) -> (Range, Box<[Fen]>) {
    let offers = class.sales.chunk_by(|one, next| one.offer == next.offer).map(|sales| {
        let price = sales.first().map_or(Fen::ZERO, |sale| sale.price_fen);
        let plain = |sale: &Sale| Sale { offer: OfferId(Uuid::nil()), price_fen: Fen::ZERO, ..*sale };
        (sales.iter().map(plain).collect::<Box<[_]>>(), price)
    });
    let mut offers: Vec<_> = offers.collect();
    offers.sort_unstable();
    let (range, prices): (Vec<_>, Vec<_>) = offers.into_iter().unzip();
    (range.into(), prices.into())
}
