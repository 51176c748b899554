polgrid policies --demo production/deploy/frontend; polgrid policies --demo production/deploy/frontend -o json | grep -A1 "\"pod\""
