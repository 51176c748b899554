polgrid snapshot --demo
