//! The shape of the made-up city: its districts with outlines, and where things lie in it.

use std::f64::consts::TAU;

use doorstep_shared::geo::Point;
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

use crate::{
    error::{Error, Result},
    nurseries::DistrictRow,
};

/// No city of China has this name.
pub const NAME: &str = "澄湾市";

const CENTRE: Point = Point { lat: 31.57, lng: 120.30 };
const METRES_PER_DEGREE: f64 = 111_195.0;
/// The area grows with the number of nurseries, so that a search meets the same density in a city of any size.
const NURSERIES_PER_KM2: f64 = 1.0;
/// Corners of the arc of one outer district.
const CORNERS: u32 = 16;
/// Reach of the inner district, as a share of the city's radius.
const INNER: f64 = 0.4;

/// Name, pinyin, prices in per cent of the usual. The first is the inner one, the others lie around it.
const DISTRICTS: [(&str, &str, i64); 6] = [
    ("望桥区", "Wangqiao", 125),
    ("柳汀区", "Liuting", 110),
    ("梅渚区", "Meizhu", 95),
    ("云麓区", "Yunlu", 90),
    ("鹭汀区", "Luting", 100),
    ("禾塘区", "Hetang", 85),
];

/// `[lng, lat]`.
type Corner = [f64; 2];

pub struct District {
    pub id: String,
    pub name: &'static str,
    name_en: &'static str,
    /// Per cent of the usual prices.
    pub price_percent: i64,
    /// A closed ring.
    outline: Vec<Corner>,
    centre: Point,
}

pub struct City {
    radius_m: f64,
    pub districts: Vec<District>,
}

/// Metres east and north of the centre, as degrees.
fn point(east_m: f64, north_m: f64) -> Point {
    let lng_scale = METRES_PER_DEGREE * CENTRE.lat.to_radians().cos();
    // Six digits are ten centimetres.
    let round = |degrees: f64| (degrees * 1e6).round() / 1e6;
    Point { lat: round(CENTRE.lat + north_m / METRES_PER_DEGREE), lng: round(CENTRE.lng + east_m / lng_scale) }
}

fn polar(radius_m: f64, turn: f64) -> Point {
    point(radius_m * (turn * TAU).cos(), radius_m * (turn * TAU).sin())
}

const fn corner(point: Point) -> Corner {
    [point.lng, point.lat]
}

/// A border that wanders: a few waves of random phase, at most `amount` to either side of 1.
struct Wander {
    phases: [f64; 4],
    amount: f64,
}

impl Wander {
    fn new(rng: &mut ChaCha8Rng, amount: f64) -> Self {
        Self { phases: std::array::from_fn(|_| rng.random_range(0.0..1.0)), amount }
    }

    fn at(&self, turn: f64) -> f64 {
        let waves = self.phases.iter().zip([2.0, 3.0, 5.0, 9.0]);
        let sum: f64 = waves.map(|(phase, count)| ((turn * count + phase) * TAU).sin()).sum();
        1.0 + self.amount * sum / 4.0
    }
}

impl City {
    /// A city large enough for so many nurseries. The same seed gives the same outlines.
    pub fn new(rng: &mut ChaCha8Rng, nurseries: u32) -> Self {
        let radius_m = (f64::from(nurseries.max(40)) / NURSERIES_PER_KM2 / std::f64::consts::PI).sqrt() * 1_000.0;
        let (inner, outer) = (Wander::new(rng, 0.2), Wander::new(rng, 0.25));
        let inner = |turn: f64| radius_m * INNER * inner.at(turn);
        // Wide enough that every nursery lies inside.
        let outer = |turn: f64| radius_m * 1.35 * outer.at(turn);
        let sectors = DISTRICTS.len() as u32 - 1;
        let bends: Vec<Wander> = (0..sectors).map(|_| Wander::new(rng, 0.05)).collect();
        let turn_of = |corner: u32| f64::from(corner) / f64::from(sectors * CORNERS);
        // The border that begins a sector, from the inside out; both neighbours use the same corners.
        let border = |sector: u32| {
            let turn = turn_of(sector % sectors * CORNERS);
            let (from, to, bend) = (inner(turn), outer(turn), bends.get((sector % sectors) as usize));
            (1..4_u32).map(move |step| {
                let out = f64::from(step) / 4.0;
                corner(polar(from + (to - from) * out, turn + bend.map_or(0.0, |bend| bend.at(out) - 1.0)))
            })
        };
        let districts = (0..).zip(DISTRICTS).map(|(index, (name, name_en, price_percent))| {
            let mut outline: Vec<Corner> = Vec::new();
            if index == 0 {
                outline.extend((0..sectors * CORNERS).map(turn_of).map(|turn| corner(polar(inner(turn), turn))));
            } else {
                let arc = || ((index - 1) * CORNERS..=index * CORNERS).map(turn_of);
                outline.extend(border(index - 1));
                outline.extend(arc().map(|turn| corner(polar(outer(turn), turn))));
                outline.extend(border(index).rev());
                outline.extend(arc().rev().map(|turn| corner(polar(inner(turn), turn))));
            }
            outline.extend(outline.first().copied());
            let centre = match index {
                0 => CENTRE,
                _ => polar(radius_m * 0.75, (f64::from(index) - 0.5) / f64::from(sectors)),
            };
            // No administrative code begins with 99.
            District { id: format!("9901{:02}", index + 1), name, name_en, price_percent, outline, centre }
        });
        Self { radius_m, districts: districts.collect() }
    }

    /// Somewhere in the city, a little denser towards its middle, with the district it lies in.
    ///
    /// # Errors
    /// When the outlines leave a gap there.
    pub fn somewhere(&self, rng: &mut ChaCha8Rng) -> Result<(Point, &District)> {
        let out: f64 = rng.random_range(0.0_f64..1.0).powf(0.55);
        let at = polar(self.radius_m * out, rng.random_range(0.0..1.0));
        let district = self.districts.iter().find(|district| contains(&district.outline, at));
        district.map(|district| (at, district)).ok_or_else(|| Error::internal(format!("{at:?} is in no district")))
    }

    /// As the register keeps them.
    ///
    /// # Errors
    /// When an outline cannot be written as JSON.
    pub fn rows(&self) -> Result<Vec<DistrictRow>> {
        let row = |district: &District| {
            Ok(DistrictRow {
                id: district.id.clone(),
                name: district.name.to_owned(),
                name_en: format!("{} District", district.name_en),
                outline: serde_json::to_string(&district.outline).map_err(Error::internal)?,
                centre_lat: district.centre.lat,
                centre_lng: district.centre.lng,
                demo: true,
            })
        };
        self.districts.iter().map(row).collect()
    }
}

/// Whether a ring goes round the point: a line eastwards crosses it an odd number of times.
fn contains(ring: &[Corner], at: Point) -> bool {
    let crosses = |([lng1, lat1], [lng2, lat2]): (&Corner, &Corner)| {
        (*lat1 > at.lat) != (*lat2 > at.lat) && at.lng < (lng2 - lng1) * (at.lat - lat1) / (lat2 - lat1) + lng1
    };
    ring.iter().zip(ring.iter().skip(1)).filter(|edge| crosses(*edge)).count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;

    #[test]
    fn every_place_lies_in_exactly_one_district_and_every_district_has_some() {
        for (seed, nurseries) in [(1, 200), (2, 200), (3, 5), (4, 10_000)] {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let city = City::new(&mut rng, nurseries);
            let mut found = vec![0; city.districts.len()];
            for _ in 0..3_000 {
                let (at, _) = city.somewhere(&mut rng).unwrap();
                let around: Vec<_> = (0..).zip(&city.districts).filter(|(_, one)| contains(&one.outline, at)).collect();
                assert_eq!(around.len(), 1, "seed {seed}: {at:?}");
                found[around[0].0 as usize] += 1;
            }
            assert!(found.iter().all(|count| *count > 100), "{found:?}");
        }
    }

    #[test]
    fn an_outline_is_a_closed_ring_around_its_label() {
        let city = City::new(&mut ChaCha8Rng::seed_from_u64(1), 200);
        for district in &city.districts {
            assert_eq!(district.outline.first(), district.outline.last());
            assert!(contains(&district.outline, district.centre), "{}", district.name);
        }
    }
}
