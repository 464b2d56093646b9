package integration

import (
	"testing"

	"github.com/ado-guard/git-credential-ado-guard/integration_test/rig"
)

func TestMain(m *testing.M) { rig.Main(m) }
