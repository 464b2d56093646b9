// Package windows runs the Windows build of the guard, and the Windows build of the
// tests of some packages, under Wine: with the Credential Manager, the locks, the
// files and the processes of Windows as Wine has them. What Wine gets wrong is named
// where it is met; Windows itself is for the workflow files.
package windows
