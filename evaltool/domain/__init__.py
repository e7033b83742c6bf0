"""What a self-evaluation of an LIVC-R is: pure rules, without Flask, SQL, PDF, pandas or files."""
