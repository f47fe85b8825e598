//! The map that needs no network and no script: outlines of the districts and numbered pins, drawn here.

use doorstep_shared::slots::NurseryCard;
use leptos::prelude::*;

use crate::ui::Inert as _;

use super::Scene;

/// Size of the drawing.
const WIDTH: f64 = 400.0;
const HEIGHT: f64 = 440.0;

/// Degrees of latitude shown at least: about two kilometres.
const MIN_SPAN: f64 = 0.018;

#[component]
pub fn OutlineMap(scene: Scene, pins: Vec<NurseryCard>) -> impl IntoView {
    let mut points: Vec<(f64, f64)> = pins.iter().map(|pin| (pin.lng, pin.lat)).collect();
    if points.is_empty() {
        points
            .extend(scene.districts.iter().flat_map(|district| district.outline.iter().map(|&[lng, lat]| (lng, lat))));
    }
    let frame = Frame::around(&points);
    let outlines = scene.districts.iter().map(|district| {
        let path: Vec<_> = district.outline.iter().map(|&[lng, lat]| frame.place(lng, lat)).collect();
        let path: Vec<_> = path.iter().map(|(x, y)| format!("{x:.0} {y:.0}")).collect();
        let [lng, lat] = district.centre;
        let (x, y) = frame.place(lng, lat);
        let chosen = (scene.wanted.district.as_deref() == Some(&district.id)).then_some("");
        view! {
            <path class="district" d=format!("M{}Z", path.join("L")) data-chosen=chosen/>
            <text class="district-name" x=format!("{x:.0}") y=format!("{y:.0}")>{scene.district_name(district).to_owned()}</text>
        }
    });
    let here = scene.wanted.at.map(|at| {
        let (x, y) = frame.place(at.lng, at.lat);
        view! { <circle class="here" cx=format!("{x:.0}") cy=format!("{y:.0}") r="7"/> }
    });
    // The nearest is drawn last, on top.
    let pins = pins.iter().enumerate().rev().map(|(at, pin)| {
        let (x, y) = frame.place(pin.lng, pin.lat);
        let number = at + 1;
        view! {
            <a href=format!("#n{number}") aria-label=format!("{number} {}", pin.name)>
                <circle class="dot" cx=format!("{x:.0}") cy=format!("{y:.0}") r="13"/>
                <text class="dot-number" x=format!("{x:.0}") y=format!("{:.0}", y + 4.5)>{number}</text>
            </a>
        }
    });
    view! {
        <svg id="outline" class="outline" data-zone viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="group">
            {outlines.collect_view()}
            {here}
            {pins.collect_view()}
        </svg>
    }
    .inert()
}

/// Degrees to the drawing: equal scales both ways, north up.
struct Frame {
    west: f64,
    north: f64,
    /// Width of a degree of longitude in degrees of latitude.
    narrow: f64,
    scale: f64,
}

impl Frame {
    fn around(points: &[(f64, f64)]) -> Self {
        let bounds = |pick: fn(&(f64, f64)) -> f64| {
            let values = points.iter().map(pick);
            values.fold((f64::MAX, f64::MIN), |(least, most), value| (least.min(value), most.max(value)))
        };
        let ((west, east), (south, north)) = (bounds(|point| point.0), bounds(|point| point.1));
        if points.is_empty() {
            return Self { west: 0.0, north: 0.0, narrow: 1.0, scale: 1.0 };
        }
        let narrow = ((south + north) / 2.0).to_radians().cos().max(0.1);
        let (wide, high) = (((east - west) * narrow).max(MIN_SPAN), (north - south).max(MIN_SPAN));
        // A margin, so that no pin is cut off at the edge.
        let scale = (WIDTH / wide).min(HEIGHT / high) * 0.86;
        let (middle_lng, middle_lat) = ((west + east) / 2.0, (south + north) / 2.0);
        Self {
            west: middle_lng - WIDTH / scale / narrow / 2.0,
            north: middle_lat + HEIGHT / scale / 2.0,
            narrow,
            scale,
        }
    }

    fn place(&self, lng: f64, lat: f64) -> (f64, f64) {
        ((lng - self.west) * self.narrow * self.scale, (self.north - lat) * self.scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_lies_inside_the_drawing_and_north_is_up() {
        let points = [(120.25, 31.50), (120.40, 31.62), (120.31, 31.55)];
        let frame = Frame::around(&points);
        for (lng, lat) in points {
            let (x, y) = frame.place(lng, lat);
            assert!((0.0..=WIDTH).contains(&x) && (0.0..=HEIGHT).contains(&y), "{x} {y}");
        }
        assert!(frame.place(120.40, 31.62).1 < frame.place(120.25, 31.50).1);
        let (x, y) = Frame::around(&[(120.3, 31.5)]).place(120.3, 31.5);
        assert!((x - WIDTH / 2.0).abs() < 0.01 && (y - HEIGHT / 2.0).abs() < 0.01, "one point lies in the middle");
    }
}
