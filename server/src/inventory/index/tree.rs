//! A packed R-tree of points on the unit sphere, walked outward from a point.
//!
//! Points are unit vectors: the straight line between two of them grows with the distance on the ground, so no
//! trigonometry is needed until a distance is shown.

use std::{cmp::Reverse, collections::BinaryHeap};

use doorstep_shared::geo::{EARTH_RADIUS_M, Point};

/// A point as a vector from the centre of the earth, of length 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Unit([f64; 3]);

impl Unit {
    pub fn of(point: Point) -> Self {
        let (lat, lng) = (point.lat.to_radians(), point.lng.to_radians());
        Self([lat.cos() * lng.cos(), lat.cos() * lng.sin(), lat.sin()])
    }

    /// The square of the straight line to `other`, in radii.
    pub fn gap(self, other: Self) -> f64 {
        let (Self([a, b, c]), Self([x, y, z])) = (self, other);
        (a - x).powi(2) + (b - y).powi(2) + (c - z).powi(2)
    }
}

/// The gap at a distance on the ground.
pub fn gap_of(distance_m: f64) -> f64 {
    (2.0 * (distance_m / EARTH_RADIUS_M / 2.0).min(std::f64::consts::FRAC_PI_2).sin()).powi(2)
}

/// The distance on the ground at a gap, in metres.
pub fn distance_m(gap: f64) -> f64 {
    2.0 * EARTH_RADIUS_M * (gap.sqrt() / 2.0).min(1.0).asin()
}

/// Children of a node.
const FAN: usize = 16;

#[derive(Clone, Copy, Debug)]
struct Bounds {
    low: [f64; 3],
    high: [f64; 3],
}

impl Bounds {
    const NOTHING: Self = Self { low: [f64::INFINITY; 3], high: [f64::NEG_INFINITY; 3] };

    fn with(self, other: Self) -> Self {
        let least = |a: [f64; 3], b: [f64; 3]| std::array::from_fn(|axis| pick(a, axis).min(pick(b, axis)));
        let most = |a: [f64; 3], b: [f64; 3]| std::array::from_fn(|axis| pick(a, axis).max(pick(b, axis)));
        Self { low: least(self.low, other.low), high: most(self.high, other.high) }
    }

    /// The smallest gap between `from` and anything inside.
    fn gap(&self, from: Unit) -> f64 {
        let outside = |axis| {
            let at = pick(from.0, axis);
            (pick(self.low, axis) - at).max(at - pick(self.high, axis)).max(0.0)
        };
        (0..3).map(|axis| f64::powi(outside(axis), 2)).sum()
    }
}

fn pick(values: [f64; 3], axis: usize) -> f64 {
    values.get(axis).copied().unwrap_or_default()
}

/// Which nurseries lie where. Built in one go; what comes later waits in a list beside it.
#[derive(Debug, Default)]
pub struct Tree {
    /// In the order of a space-filling curve.
    items: Vec<(Unit, u32)>,
    /// Leaves first: node `n` of a level spans the children `n × FAN ..` of the level below.
    levels: Vec<Vec<Bounds>>,
}

impl Tree {
    pub fn build(points: impl Iterator<Item = (Point, u32)>) -> Self {
        let mut sorted: Vec<_> = points.map(|(point, slot)| (curve(point), Unit::of(point), slot)).collect();
        sorted.sort_unstable_by_key(|(place, _, slot)| (*place, *slot));
        let items: Vec<_> = sorted.into_iter().map(|(_, at, slot)| (at, slot)).collect();
        let mut levels: Vec<Vec<Bounds>> = Vec::new();
        let around = |nodes: &[Bounds]| nodes.iter().fold(Bounds::NOTHING, |all, node| all.with(*node));
        let mut below: Vec<Bounds> = items.iter().map(|(at, _)| Bounds { low: at.0, high: at.0 }).collect();
        while below.len() > 1 || (levels.is_empty() && !below.is_empty()) {
            below = below.chunks(FAN).map(around).collect();
            levels.push(below.clone());
        }
        Self { items, levels }
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Everything within `reach` of a point, in no order.
    pub fn each_within(&self, from: Unit, reach: f64, take: &mut impl FnMut(f64, u32)) {
        if let Some(top) = self.levels.len().checked_sub(1) {
            self.descend(top, 0, from, reach, take);
        }
    }

    fn descend(&self, level: usize, node: usize, from: Unit, reach: f64, take: &mut impl FnMut(f64, u32)) {
        if level == 0 {
            for (at, slot) in self.items(node) {
                let gap = at.gap(from);
                if gap <= reach {
                    take(gap, *slot);
                }
            }
            return;
        }
        for (bounds, child) in self.nodes(level, node) {
            if bounds.gap(from) <= reach {
                self.descend(level - 1, child, from, reach, take);
            }
        }
    }

    /// What a leaf holds.
    fn items(&self, leaf: usize) -> &[(Unit, u32)] {
        self.items.get(leaf * FAN..((leaf + 1) * FAN).min(self.items.len())).unwrap_or_default()
    }

    /// The children of a node above the leaves, with their numbers on the level below.
    fn nodes(&self, level: usize, node: usize) -> impl Iterator<Item = (&Bounds, usize)> {
        let below = self.levels.get(level - 1).map_or(&[][..], Vec::as_slice);
        below.get(node * FAN..((node + 1) * FAN).min(below.len())).unwrap_or_default().iter().zip(node * FAN..)
    }
}

/// Position along a Hilbert curve over the globe, so that neighbours share a node.
pub fn curve(point: Point) -> u64 {
    const SIDE: u32 = 1 << 20;
    let scale = |value: f64, range: f64| ((value / range + 0.5) * f64::from(SIDE - 1)) as u32;
    let (mut x, mut y) = (scale(point.lng, 360.0), scale(point.lat, 180.0));
    let (mut place, mut side) = (0_u64, SIDE / 2);
    while side > 0 {
        let (right, upper) = (u32::from(x & side > 0), u32::from(y & side > 0));
        place += u64::from(side) * u64::from(side) * u64::from((3 * right) ^ upper);
        if upper == 0 {
            if right == 1 {
                (x, y) = ((SIDE - 1) - x, (SIDE - 1) - y);
            }
            (x, y) = (y, x);
        }
        side /= 2;
    }
    place
}

/// Nearest first: gap (as ordered bits), then nodes before items, then what it is.
type Step = Reverse<(u64, u32, u32)>;

const ITEM: u32 = u32::MAX;

/// Slots outward from a point.
pub struct Walk<'t, K> {
    tree: Option<&'t Tree>,
    from: Unit,
    /// Gap beyond which nothing is wanted.
    reach: f64,
    keep: K,
    steps: BinaryHeap<Step>,
}

impl<'t, K: Fn(u32) -> bool> Walk<'t, K> {
    /// `beside` are slots that are not in the tree. `reach` is the gap beyond which nothing is wanted. Slots that `keep`
    /// refuses are left out: putting in order only what is wanted is much of the speed.
    pub fn new(
        tree: Option<&'t Tree>,
        beside: impl Iterator<Item = (Unit, u32)>,
        from: Unit,
        reach: f64,
        keep: K,
    ) -> Self {
        let beside = beside.map(|(at, slot)| (at.gap(from), slot));
        let beside = beside.filter(|(gap, slot)| *gap <= reach && keep(*slot));
        let mut steps: Vec<Step> = beside.map(|(gap, slot)| Reverse((gap.to_bits(), ITEM, slot))).collect();
        if let Some(top) = tree.and_then(|tree| tree.levels.len().checked_sub(1)) {
            steps.reserve(8 * FAN);
            steps.push(Reverse((0, top as u32, 0)));
        }
        Self { tree, from, reach, keep, steps: BinaryHeap::from(steps) }
    }

    /// Puts every slot at the next distance into `slots` and returns the gap; None at the end.
    pub fn next_ring(&mut self, slots: &mut Vec<u32>) -> Option<f64> {
        slots.clear();
        let mut ring: Option<u64> = None;
        while let Some(Reverse((gap, level, index))) = self.steps.peek().copied() {
            if ring.is_some_and(|ring| ring != gap) {
                break;
            }
            self.steps.pop();
            if level == ITEM {
                ring = Some(gap);
                slots.push(index);
            } else {
                self.open(level as usize, index as usize);
            }
        }
        ring.map(f64::from_bits)
    }

    fn open(&mut self, level: usize, node: usize) {
        let Some(tree) = self.tree else { return };
        let (from, reach, keep) = (self.from, self.reach, &self.keep);
        if level == 0 {
            let items = tree.items(node).iter().map(|(at, slot)| (at.gap(from), *slot));
            let items = items.filter(|(gap, slot)| *gap <= reach && keep(*slot));
            self.steps.extend(items.map(|(gap, slot)| Reverse((gap.to_bits(), ITEM, slot))));
        } else {
            let nodes = tree.nodes(level, node).map(|(bounds, child)| (bounds.gap(from), child));
            let nodes = nodes.filter(|(gap, _)| *gap <= reach);
            self.steps.extend(nodes.map(|(gap, child)| Reverse((gap.to_bits(), level as u32 - 1, child as u32))));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn walked(points: &[Point], from: Point, reach_m: f64) -> Vec<u32> {
        let tree = Tree::build(points.iter().zip(0..).map(|(point, slot)| (*point, slot)));
        let mut walk = Walk::new(Some(&tree), std::iter::empty(), Unit::of(from), gap_of(reach_m), |_| true);
        let (mut order, mut ring) = (Vec::new(), Vec::new());
        while walk.next_ring(&mut ring).is_some() {
            ring.sort_unstable();
            order.append(&mut ring);
        }
        order
    }

    fn point() -> impl Strategy<Value = Point> {
        (31_000..32_000_i32, 120_000..121_000_i32)
            .prop_map(|(lat, lng)| Point { lat: f64::from(lat) / 1e3, lng: f64::from(lng) / 1e3 })
    }

    proptest! {
        #[test]
        fn the_walk_is_a_sort_by_distance(points in proptest::collection::vec(point(), 0..400), from in point()) {
            let order = walked(&points, from, 20_000.0);
            let mut expected: Vec<_> = points.iter().zip(0..)
                .map(|(point, slot)| (Unit::of(*point).gap(Unit::of(from)).to_bits(), slot, point.distance_m(from)))
                .filter(|(_, _, metres)| *metres <= 20_000.0)
                .collect();
            expected.sort_by_key(|(gap, slot, _)| (*gap, *slot));
            prop_assert!(expected.is_sorted_by(|a, b| a.2 <= b.2 + 1e-3), "gaps grow with the distance");
            prop_assert_eq!(order, expected.into_iter().map(|(_, slot, _)| slot).collect::<Vec<u32>>());
        }
    }

    #[test]
    fn gaps_and_distances_are_two_ways_to_say_the_same() {
        let (here, there) = (Point { lat: 31.57, lng: 120.30 }, Point { lat: 31.60, lng: 120.28 });
        let metres = here.distance_m(there);
        assert!((distance_m(Unit::of(here).gap(Unit::of(there))) - metres).abs() < 1e-3);
        assert!((distance_m(gap_of(metres)) - metres).abs() < 1e-6);
        assert_eq!(walked(&[], here, 1_000.0), [0_u32; 0]);
        assert_eq!(walked(&[here], here, 100.0), [0]);
    }
}
