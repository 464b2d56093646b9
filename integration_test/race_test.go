//go:build race

package integration

// raceDetector tells whether the test binary has the race detector.
const raceDetector = true
