polgrid why --demo production/frontend
