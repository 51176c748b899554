polgrid entries --demo
