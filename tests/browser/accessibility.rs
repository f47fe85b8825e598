//! axe-core inside the page.

use serde_json::Value;

use crate::browser::Browser;

const AXE: &str = include_str!("vendor/axe.min.js");

/// Every rule of WCAG 2.2 AA that a program can judge, and the best practices that go with them.
const RUN: &str = "const done = arguments[arguments.length - 1]; \
    axe.run(document, {resultTypes: ['violations'], \
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}) \
    .then(found => done(found.violations), error => done(String(error)))";

impl Browser {
    /// Fails with what axe-core finds on the page as it stands.
    pub async fn is_accessible(&self) {
        // Colours are judged when nothing fades any more.
        self.driver.execute("document.getAnimations().forEach(a => a.finish())", Vec::new()).await.unwrap();
        self.driver.execute(AXE, Vec::new()).await.unwrap();
        let found = self.driver.execute_async(RUN, Vec::new()).await.unwrap();
        let Value::Array(violations) = found.json() else { panic!("axe-core fails: {}", found.json()) };
        let told: Vec<_> = violations.iter().map(told).collect();
        let (path, look) = (self.path().await, self.look.name());
        assert!(told.is_empty(), "{path} as {look}:\n{}", told.join("\n"));
    }
}

fn told(violation: &Value) -> String {
    let places = violation["nodes"].as_array().into_iter().flatten().take(4);
    let places = places.map(|node| format!("  {}: {}", node["html"], node["failureSummary"]));
    format!("{} ({}):\n{}", violation["id"], violation["help"], places.collect::<Vec<_>>().join("\n"))
}
