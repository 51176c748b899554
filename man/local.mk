# man: the pages. dist_man_MANS installs and distributes.
dist_man_MANS += man/polgrid.1
