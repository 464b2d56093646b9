//go:build !race

package rig

// RaceDetector tells whether the test binary has the race detector.
const RaceDetector = false
