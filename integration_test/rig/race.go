//go:build race

package rig

// raceDetector tells whether the test binary has the race detector.
const raceDetector = true
