package main

import (
	"bytes"
	"encoding/json"
	"fmt"

	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// answer writes a message in the form asked for; table makes the one for people.
func (a *app) answer(m proto.Message, table func() string) error {
	if a.output == "table" {
		_, err := fmt.Fprint(a.out, table())
		return err
	}
	data, err := toJSON(m)
	if err != nil {
		return err
	}
	return a.print(data)
}

// answerAll writes a list, as one array.
func answerAll[M proto.Message](a *app, list []M, table func([]M) string) error {
	if a.output == "table" {
		_, err := fmt.Fprint(a.out, table(list))
		return err
	}
	all := make([]json.RawMessage, len(list))
	for i, m := range list {
		data, err := toJSON(m)
		if err != nil {
			return err
		}
		all[i] = data
	}
	data, err := json.Marshal(all)
	if err != nil {
		return fmt.Errorf("write a list: %w", err)
	}
	return a.print(data)
}

func toJSON(m proto.Message) ([]byte, error) {
	data, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", m.ProtoReflect().Descriptor().Name(), err)
	}
	return data, nil
}

// print writes JSON indented, or as YAML with the same fields in the same order.
func (a *app) print(data []byte) error {
	var b bytes.Buffer
	if a.output == "json" {
		if err := json.Indent(&b, data, "", "  "); err != nil {
			return fmt.Errorf("indent: %w", err)
		}
		b.WriteByte('\n')
	} else {
		var tree yaml.Node // JSON is YAML
		if err := yaml.Unmarshal(data, &tree); err != nil {
			return fmt.Errorf("turn JSON into YAML: %w", err)
		}
		block(&tree)
		enc := yaml.NewEncoder(&b)
		enc.SetIndent(2)
		if err := enc.Encode(&tree); err != nil {
			return fmt.Errorf("write YAML: %w", err)
		}
	}
	_, err := a.out.Write(b.Bytes())
	return err
}

// block takes away JSON's braces and quotes.
func block(n *yaml.Node) {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!str" {
		n.Style = 0
	}
	for _, c := range n.Content {
		block(c)
	}
}
