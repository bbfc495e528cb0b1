// Package protoyaml reads and writes parley's messages as YAML that people edit. The shape is that of the API's JSON
// (field names as in the schema or in lowerCamelCase), with some room for comfort:
//
//   - Enum values may leave out their prefix: `RED_LINE` for `STRENGTH_RED_LINE`.
//   - Names of resources may be cut down to their ids: `ukraine` for `negotiations/peace/parties/ukraine` where a party
//     is meant, `us-draft/v1/army-size` where a point is meant. Which resource a field means, the schema says.
//   - A message of which only the obvious field is given may be that field's value: `said_time: 2025-11-24`.
//   - A moment is one text, as in JSON: `embargo_time: 2025-11-25T12:00:00Z`.
//   - Any plain scalar is fine for a string: `label: 21` is the label "21".
//
// Nothing is guessed beyond that: an unknown key, a key given twice, a value of the wrong kind are errors, each with
// its file and line. Fields that only the server sets may be there and are passed over.
package protoyaml
