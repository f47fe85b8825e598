//! Points on the earth.

use serde::{Deserialize, Serialize};

use crate::words::words;

words! {
    /// The datum a point was measured in. Chinese phone maps answer in GCJ-02.
    pub enum Datum {
        Wgs84 = "wgs84",
        Gcj02 = "gcj02",
    }
}

/// A point in WGS-84, in degrees.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Point {
    /// Degrees north, -90 to 90.
    pub lat: f64,
    /// Degrees east, -180 to 180.
    pub lng: f64,
}

/// Mean radius of the earth in metres.
pub const EARTH_RADIUS_M: f64 = 6_371_008.8;

impl Point {
    /// None outside the globe.
    pub fn new(lat: f64, lng: f64) -> Option<Self> {
        ((-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lng)).then_some(Self { lat, lng })
    }

    /// Great-circle distance in metres (haversine).
    pub fn distance_m(self, other: Self) -> f64 {
        let (lat1, lat2) = (self.lat.to_radians(), other.lat.to_radians());
        let (dlat, dlng) = (lat2 - lat1, (other.lng - self.lng).to_radians());
        let h = (dlat / 2.0).sin().powi(2) + lat1.cos() * lat2.cos() * (dlng / 2.0).sin().powi(2);
        2.0 * EARTH_RADIUS_M * h.sqrt().min(1.0).asin()
    }
}

/// Minutes on foot: straight line × 1.3 at 70 m a minute, at least one.
pub fn walk_minutes(distance_m: f64) -> u32 {
    (distance_m * 1.3 / 70.0).ceil().max(1.0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_of_latitude_is_about_111_km() {
        let (south, north) = (Point { lat: 31.0, lng: 120.3 }, Point { lat: 32.0, lng: 120.3 });
        assert!((south.distance_m(north) - 111_195.0).abs() < 10.0);
        assert_eq!(walk_minutes(320.0), 6);
    }
}
