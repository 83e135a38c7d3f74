"""Generates the description of the API, in OpenAPI 3.1, from the declarations of its operations."""

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from catalog_service.api.errors import MEDIA_TYPE as PROBLEM
from catalog_service.api.operations import Content, Operation
from catalog_service.contract import Problem
from catalog_service.release import RELEASE

Json = dict[str, Any]
Mode = Literal["validation", "serialization"]
REF_TEMPLATE = "#/components/schemas/{model}"
# The headers of every answer.
HEADERS: Json = {"X-Request-Id": {"schema": {"type": "string"}, "description": "Finds the request in the log."}}


@dataclass(frozen=True, slots=True)
class _Schemas:
    """The schemas of all models of bodies: the reference to each, and the definitions that the references name."""

    references: Mapping[tuple[type[BaseModel], Mode], Json]
    definitions: Json

    def content(self, content: Content, mode: Mode) -> Json:
        """The media types of a body, each with its schema."""
        schema = content.schema if isinstance(content.schema, Mapping) else self.references[content.schema, mode]
        return {media_type: {"schema": dict(schema)} for media_type in content.media_types}


def describe(operations: Iterable[Operation[Any]]) -> Json:
    """The complete description. Answers have the schemas of serialisation, bodies those of validation."""
    operations = list(operations)
    schemas = _schemas(operations)
    paths: dict[str, Json] = {}
    for operation in operations:
        path = paths.setdefault(operation.path, {})
        path[operation.method.lower()] = _operation(operation, operation.method, schemas)
        if operation.method == "GET":
            path["head"] = _operation(operation, "HEAD", schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Palimpsest catalog",
            "version": RELEASE,
            "summary": "Every version of every document, and what repeats what.",
            "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in dict.fromkeys(_tag(operation) for operation in operations)],
        "paths": paths,
        "components": {
            "schemas": schemas.definitions,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _schemas(operations: Iterable[Operation[Any]]) -> _Schemas:
    models: dict[tuple[type[BaseModel], Mode], None] = {(Problem, "serialization"): None}
    for operation in operations:
        for content in operation.contents:
            if isinstance(content.schema, type):
                models[content.schema, "serialization"] = None
        for content in operation.bodies:
            if isinstance(content.schema, type):
                models[content.schema, "validation"] = None
    references, schema = models_json_schema(list(models), ref_template=REF_TEMPLATE)
    definitions = dict(schema["$defs"])
    for operation in operations:
        definitions |= _parameter_schema(operation).get("$defs", {})
    return _Schemas({key: dict(references[key]) for key in models}, definitions)


def _parameter_schema(operation: Operation[Any]) -> Json:
    schema: Json = operation.parameters.model_json_schema(mode="validation", ref_template=REF_TEMPLATE)
    return schema


def _operation(operation: Operation[Any], method: str, schemas: _Schemas) -> Json:
    """One operation object of OpenAPI."""
    summary, _, description = (inspect.getdoc(operation.answering) or "").partition("\n")
    described: Json = {
        "operationId": f"{_tag(operation)}-{operation.answering.__name__}{'-head' if method == 'HEAD' else ''}",
        "tags": [_tag(operation)],
        "summary": summary,
        "parameters": _parameters(operation),
        "responses": _responses(operation, schemas, with_content=method != "HEAD"),
        # The empty requirement is for catalogs that need no token for this operation.
        "security": [{"token": []}, {}] if operation.scope else [],
    }
    if description.strip():
        described["description"] = description.strip()
    if operation.bodies:
        content = {
            name: schema for body in operation.bodies for name, schema in schemas.content(body, "validation").items()
        }
        described["requestBody"] = {"required": True, "content": content}
    return described


def _tag(operation: Operation[Any]) -> str:
    return operation.answering.__module__.rsplit(".", maxsplit=1)[-1]


def _parameters(operation: Operation[Any]) -> list[Json]:
    """The fields of the parameter model, each in the path or in the query."""
    schema = _parameter_schema(operation)
    required = set(schema.get("required", ()))
    return [
        {
            "name": name,
            "in": "path" if name in operation.in_path else "query",
            "required": name in required,
            "schema": _without_null(dict(described)),
        }
        for name, described in schema.get("properties", {}).items()
    ] + [
        {"name": name, "in": "header", "required": False, "description": description, "schema": {"type": "string"}}
        for name, description in operation.headers.items()
    ]


def _without_null(schema: Json) -> Json:
    """The schema without null: a parameter without a value is absent."""
    options = [option for option in schema.pop("anyOf", ()) if option != {"type": "null"}]
    if schema.get("default", ...) is None:
        del schema["default"]
    if len(options) == 1:
        return {**schema, **options[0]}
    return {**schema, "anyOf": options} if options else schema


def _responses(operation: Operation[Any], schemas: _Schemas, *, with_content: bool) -> Json:
    def response(description: str | None, *contents: Content) -> Json:
        by_type = {name: body for each in contents for name, body in schemas.content(each, "serialization").items()}
        content = {"content": by_type} if by_type and with_content else {}
        return {"description": description, "headers": HEADERS, **content}

    problem = Content(Problem, (PROBLEM,))
    responses = {
        str(status): response(HTTPStatus(status).phrase, *operation.contents_of(status)) for status in operation.answers
    }
    if operation.conditional:
        responses["304"] = response("Not Modified")
    for error in operation.problems:
        responses[str(error.status)] = response(error.__doc__, problem)
    return {**responses, "default": response("Any other problem.", problem)}
