//! The OpenAPI document, built from the registrations.

use std::collections::BTreeMap;

use doorstep_shared::{Endpoint, Method, Problem, Status, endpoint::path_fields};
use utoipa::{
    PartialSchema as _, ToSchema,
    openapi::{
        ComponentsBuilder, ContentBuilder, HttpMethod, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, PathItem,
        PathsBuilder, Ref, RefOr, Required, ResponseBuilder, Schema,
        path::{Operation, OperationBuilder, ParameterBuilder, ParameterIn},
        request_body::RequestBodyBuilder,
    },
};

type Schemas = BTreeMap<String, RefOr<Schema>>;

pub struct Document {
    operations: Vec<(Method, &'static str, Operation)>,
    schemas: Schemas,
}

impl Document {
    pub fn new() -> Self {
        let mut document = Self { operations: Vec::new(), schemas: Schemas::new() };
        document.learn::<Problem>();
        document
    }

    /// Adds an endpoint: its fields become parameters or a body.
    pub fn add<E: Endpoint>(&mut self, permission: &str) {
        self.learn::<E>();
        self.learn::<E::Response>();
        let mut operation = described::<E>(permission);
        let (properties, required) = match E::schema() {
            RefOr::T(Schema::Object(object)) => (object.properties, object.required),
            _ => Default::default(),
        };
        let in_path: Vec<&str> = path_fields(E::PATH).collect();
        for (name, schema) in properties {
            let place = match in_path.contains(&name.as_str()) {
                true => ParameterIn::Path,
                false if E::METHOD.has_body() => continue,
                false => ParameterIn::Query,
            };
            let needed = matches!(place, ParameterIn::Path) || required.contains(&name);
            let needed = if needed { Required::True } else { Required::False };
            let parameter =
                ParameterBuilder::new().name(name).parameter_in(place).required(needed).schema(Some(schema));
            operation = operation.parameter(parameter);
        }
        if !E::METHOD.is_safe() {
            let needed = if E::NEEDS_KEY { Required::True } else { Required::False };
            let key = ParameterBuilder::new()
                .name("Idempotency-Key")
                .parameter_in(ParameterIn::Header)
                .required(needed)
                .description(Some("The same key and body replay the committed answer for 24 hours."))
                .schema(Some(String::schema()));
            operation = operation.parameter(key);
        }
        if E::METHOD.has_body() {
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(E::name()))).build();
            operation =
                operation.request_body(Some(RequestBodyBuilder::new().content("application/json", content).build()));
        }
        self.operations.push((E::METHOD, E::PATH, operation.build()));
    }

    /// Adds a route that is not JSON.
    pub fn add_raw(&mut self, method: Method, path: &'static str, permission: &str, summary: &str) {
        let in_path = path_fields(path).map(|name| {
            let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path);
            parameter.required(Required::True).schema(Some(String::schema())).build()
        });
        let operation = OperationBuilder::new()
            .parameters(Some(in_path))
            .summary(Some(summary))
            .description(Some(format!("Permission: {permission}.")))
            .response("200", ResponseBuilder::new().description("See the summary.").build())
            .response("default", problem());
        self.operations.push((method, path, operation.build()));
    }

    pub fn build(&self) -> OpenApi {
        let mut paths: BTreeMap<&str, PathItem> = BTreeMap::new();
        for (method, path, operation) in &self.operations {
            let method = match method {
                Method::Get => HttpMethod::Get,
                Method::Post => HttpMethod::Post,
                Method::Patch => HttpMethod::Patch,
                Method::Delete => HttpMethod::Delete,
            };
            let item = PathItem::new(method, operation.clone());
            match paths.get_mut(path) {
                Some(known) => known.merge_operations(item),
                None => {
                    paths.insert(path, item);
                }
            }
        }
        let paths = paths.into_iter().fold(PathsBuilder::new(), |paths, (path, item)| paths.path(path, item));
        let components = ComponentsBuilder::new().schemas_from_iter(self.schemas.clone());
        let info = InfoBuilder::new()
            .title("Doorstep 家门口托育")
            .version(env!("CARGO_PKG_VERSION"))
            .license(Some(LicenseBuilder::new().name("Apache-2.0").build()));
        OpenApiBuilder::new().info(info).paths(paths).components(Some(components.build())).build()
    }

    fn learn<T: ToSchema>(&mut self) {
        let mut found = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut found);
        // A unit answer has no body, so it has no schema either.
        self.schemas.extend(found.into_iter().filter(|(name, _)| name != "()" && name != "unit"));
    }
}

fn described<E: Endpoint>(permission: &str) -> OperationBuilder {
    let success = match E::SUCCESS {
        Status::NoContent => ResponseBuilder::new().description("Done.").build(),
        _ => {
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(E::Response::name()))).build();
            ResponseBuilder::new().description("Done.").content("application/json", content).build()
        }
    };
    OperationBuilder::new()
        .operation_id(Some(E::name().into_owned()))
        .summary(Some(E::SUMMARY))
        .description(Some(format!("Permission: {permission}.")))
        .response((E::SUCCESS as u16).to_string(), success)
        .response("default", problem())
}

fn problem() -> utoipa::openapi::Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build();
    ResponseBuilder::new().description("A problem (RFC 9457).").content("application/problem+json", content).build()
}
