package cli

// nearest returns the word that was most likely meant, or nothing if none is near:
// no more than a third of it may be wrong.
func nearest(wrong string, right []string) string {
	best, distance := "", len(wrong)/3+1
	for _, word := range right {
		if d := editDistance(wrong, word); d <= distance && (best == "" || d < distance) {
			best, distance = word, d
		}
	}
	return best
}

// editDistance counts the letters to insert, remove or replace to make b of a
// (Levenshtein).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
