"""Who somebody is: passwords, second factor, links, single sign-on. Knows nothing of pages."""
