package validate

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// statusPatience is the longest wait for the status API before a verdict: it is there
// to spare a credential, never to condemn one.
const statusPatience = time.Second

var statusQuestion = question{Status, "https://" + statusHost + "/_apis/status/health?api-version=7.1-preview.1"}

// Health is what the status API says of Azure DevOps Services. It lags behind real
// outages. https://learn.microsoft.com/rest/api/azure/devops/status/health/get
type Health struct {
	Overall  string    // healthy, advisory, degraded, unhealthy or unknown
	Message  string    // a sentence about it
	Troubles []Trouble // all that is not healthy
}

// Trouble is a service that is not healthy somewhere.
type Trouble struct {
	Service   string // Repos, Core services, Pipelines, …
	Geography string // United States, Europe, …
	Health    string // advisory, degraded, unhealthy or unknown
}

// Health asks the status API, as nobody, within the context. The error is a *Failure
// or says that the answer was no status.
func (v *Validator) Health(ctx context.Context) (health Health, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			v.fault("status", fault)
			err = errFault
		}
	}()
	client, failure := v.client(statusHost, statusQuestion.url)
	if failure != nil {
		return Health{}, failure
	}
	r, err := v.fetch(ctx, client, statusQuestion, nil)
	if err != nil {
		return Health{}, explain(statusHost, err)
	}
	if r.status != http.StatusOK {
		return Health{}, fmt.Errorf("asking %s: HTTP status %d", statusHost, r.status)
	}
	return readHealth(r.body)
}

// readHealth reads the status API's JSON.
func readHealth(body []byte) (Health, error) {
	var answer struct {
		Status struct {
			Health  string `json:"health"`
			Message string `json:"message"`
		} `json:"status"`
		Services []struct {
			ID          string `json:"id"`
			Geographies []struct {
				Name   string `json:"name"`
				Health string `json:"health"`
			} `json:"geographies"`
		} `json:"services"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return Health{}, fmt.Errorf("reading the answer of %s: it is not the JSON of a status", statusHost)
	}
	health := Health{Overall: printable(answer.Status.Health), Message: printable(answer.Status.Message)}
	for _, service := range answer.Services {
		for _, place := range service.Geographies {
			if place.Health != "healthy" {
				health.Troubles = append(health.Troubles,
					Trouble{printable(service.ID), printable(place.Name), printable(place.Health)})
			}
		}
	}
	return health, nil
}

// Outage is the first trouble that could make Azure DevOps reject good credentials,
// in a few words: "Repos in Europe". It is "" when there is none.
func (h Health) Outage() string {
	for _, t := range h.Troubles {
		if t.Health == "unhealthy" && (t.Service == "Core services" || t.Service == "Repos") {
			return t.Service + " in " + t.Geography
		}
	}
	return ""
}

// askStatus asks the status API before a verdict. Its silence means nothing.
func (v *Validator) askStatus(ctx context.Context) Answer {
	ctx, cancel := context.WithTimeout(ctx, statusPatience)
	defer cancel()
	a := Answer{Probe: Status, URL: statusQuestion.url}
	start := v.now()
	health, err := v.Health(ctx)
	a.Took = v.now().Sub(start)
	switch outage := health.Outage(); {
	case err != nil:
		a.Reason, a.Detail = ReasonUnreachable, printable(err.Error())
	case outage != "":
		a.Status, a.Evidence, a.Reason, a.Detail = http.StatusOK, Unhealthy, ReasonOutage, outage
	default:
		a.Status, a.Reason, a.Detail = http.StatusOK, ReasonUnclear, "no outage known"
	}
	v.trace(a)
	return a
}
