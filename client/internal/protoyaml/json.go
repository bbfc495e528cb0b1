package protoyaml

import (
	"bytes"
	"encoding/json"

	"go.yaml.in/yaml/v3"
)

// MarshalJSON writes a tree made by this package as JSON, its keys in their order.
func MarshalJSON(node *yaml.Node) ([]byte, error) {
	var b bytes.Buffer
	if err := writeJSON(&b, node); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func writeJSON(b *bytes.Buffer, node *yaml.Node) error {
	switch node.Kind {
	case yaml.MappingNode:
		return writeContainer(b, node, "{", "}")
	case yaml.SequenceNode:
		return writeContainer(b, node, "[", "]")
	}
	if node.Tag == "!!bool" || node.Tag == "!!int" {
		b.WriteString(node.Value)
		return nil
	}
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	return enc.Encode(node.Value)
}

func writeContainer(b *bytes.Buffer, node *yaml.Node, open, closing string) error {
	b.WriteString(open)
	for i, child := range node.Content {
		switch {
		case i == 0:
		case node.Kind == yaml.MappingNode && i%2 == 1:
			b.WriteByte(':')
		default:
			b.WriteByte(',')
		}
		if err := writeJSON(b, child); err != nil {
			return err
		}
	}
	b.WriteString(closing)
	return nil
}
