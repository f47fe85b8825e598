//! Charts as SVG, drawn on the server. The numbers stand in a table beside them: a chart names itself and no more.

use leptos::prelude::*;

use super::Inert as _;

/// One bar: an outline of what could be, filled from the bottom with what is, and a mark across it.
pub struct Bar {
    pub label: String,
    pub outline: u32,
    /// On top of each other.
    pub filled: [u32; 2],
    /// None: no mark.
    pub mark: Option<u32>,
}

const HEIGHT: u32 = 180;
const STEP: u32 = 56;
const WIDE: u32 = 36;
/// For the labels below.
const FOOT: u32 = 26;

#[component]
pub fn Bars(
    #[prop(into)] label: String,
    bars: Vec<Bar>,
    /// The bar that a line stands before.
    divided_at: usize,
) -> impl IntoView {
    let most = bars.iter().map(|bar| bar.outline.max(bar.filled.iter().sum())).max().unwrap_or(0).max(1);
    let tall = |value: u32| value * HEIGHT / most;
    let width = u32::try_from(bars.len()).unwrap_or(0) * STEP;
    let line = u32::try_from(divided_at).unwrap_or(0) * STEP;
    let drawn = bars.iter().zip(0_u32..).map(|(bar, index)| {
        let left = index * STEP + (STEP - WIDE) / 2;
        let rect = |class: &'static str, from: u32, value: u32| {
            let (height, top) = (tall(value), HEIGHT - tall(from) - tall(value));
            view! { <rect class=class x=left.to_string() y=top.to_string() width=WIDE.to_string() height=height.to_string()/> }
        };
        let [below, above] = bar.filled;
        let mark = bar.mark.map(|mark| {
            let (y, right) = ((HEIGHT - tall(mark)).to_string(), (left + WIDE + 4).to_string());
            view! { <line class="mark" x1=(left - 4).to_string() x2=right y1=y.clone() y2=y/> }
        });
        view! {
            {rect("bar-outline", 0, bar.outline)}
            {rect("below", 0, below)}
            {rect("above", below, above)}
            {mark}
            <text x=(left + WIDE / 2).to_string() y=(HEIGHT + FOOT - 8).to_string()>{bar.label.clone()}</text>
        }
    });
    let around = label.clone();
    view! {
        <div class="chart-scroll" tabindex="0" role="group" aria-label=around>
            <svg class="chart" role="img" aria-label=label viewBox=format!("0 0 {width} {}", HEIGHT + FOOT)>
                {drawn.collect_view()}
                <line class="now" x1=line.to_string() x2=line.to_string() y1="0" y2=HEIGHT.to_string()/>
            </svg>
        </div>
    }
    .inert()
}
