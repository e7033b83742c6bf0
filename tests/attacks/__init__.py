"""What an attacker would try, each as a test that fails when the defence is gone."""
