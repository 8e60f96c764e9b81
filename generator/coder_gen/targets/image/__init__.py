"""What makes the image: a Dockerfile, and the scripts around it."""
